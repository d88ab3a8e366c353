"""The shipped company base: facts about A-share companies, taken from a corpus that itself is not shipped.

Run it where the corpus is, from the root of the repository:
python data/companies/build_companies.py --corpus PATH --out data/companies/a-share-companies.jsonl

Only facts pass: names, codes, places, dates, head counts, product names, shares of revenue. No sentence does.
What is dropped or mended falls under a stated rule, and the run prints how often each was used.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from product_names import mended_name, rejection_of

Record = dict[str, Any]
Product = dict[str, Any]

# The corpus writes this share for a product named in the business scope without revenue of its own.
NO_REVENUE_SHARE = 0.001
LONGEST_TEXT_NAME = 16
# No company is listed before its board opens: 科创板 2019-07-22, 创业板 2009-10-30. Five records
# say otherwise: their full name, place, date and text are those of an older company.
BOARD_OPENED = {"688": "2019-07-22", "300": "2009-10-30"}
# Its introduction describes a maker of coil-winding machines; its products, rightly, are inverters.
WRONG_TEXT = {"A300274"}

# The products with their shares, which is what companies are matched by. Places and head counts are older.
YEAR_OF_PRODUCTS = 2021

REGIONS = Path(__file__).resolve().parents[1] / "regions" / "regions.tsv"

# A name from the enumeration is a short noun phrase; these words make it a clause or a rest.
NOT_A_PHRASE = re.compile(
    r"公司|主营|从事|以及|其[他它]|提供|包括|主要|为.+的|通过|具有|各类|(领域|分部|产业|收入)$|^售|[‘’]"
)
TEXT_BREAK = re.compile(r"[、，；;。\n]|,(?!\d)|(?<=[一-鿿])\s+(?=[一-鿿])")
# Pairs of characters that two unrelated firms share too easily to confirm anything.
_COMMON = (
    "产品业务服务销售行业制造系列及其工程技术贸易设备材料系统其他商品管理收入工业商业加工开发生产经营股份有限公司"
    "集团科技配件项目相关机械类产"
)
COMMON_PAIRS = {_COMMON[i : i + 2] for i in range(0, len(_COMMON), 2)}


def revenue_share(value: float | None, counts: Counter[str]) -> float | None:
    """The share in (0, 1] with four decimals, or None where the corpus has none that can be believed."""
    if value is None or value == NO_REVENUE_SHARE:
        counts["share: none, named in the business scope only"] += 1
        return None
    if not 0 < value <= 1:
        counts["share: emptied, not above 0 and at most 1"] += 1
        return None
    return round(value, 4) or None


def listed_products(record: Record, counts: Counter[str]) -> list[Product]:
    """Products of the 2021 table, highest share first; of one name twice the one with the higher share."""
    shares: dict[str, float] = {}
    for entry in record.get("products", []):
        name = mended_name(entry["name"], counts)
        reason = rejection_of(name)
        if reason:
            counts[f"dropped: {reason}"] += 1
            continue
        if name in shares:
            counts["dropped: same name again"] += 1
        share = revenue_share(entry.get("share"), counts)
        shares[name] = max(share or 0.0, shares.get(name, 0.0))
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    return [{"name": name, "revenue_share": share or None} for name, share in ordered]


def text_products(record: Record, known: set[str], counts: Counter[str]) -> list[Product]:
    """Further products without share, from the enumeration of main products of 2018."""
    found: dict[str, None] = {}
    for part in TEXT_BREAK.split(record.get("products_text", "")):
        name = mended_name(part, counts)
        is_phrase = 2 <= len(name) <= LONGEST_TEXT_NAME and not NOT_A_PHRASE.search(name)
        is_new = name not in known and name.removesuffix("产品") not in known
        if is_phrase and is_new and rejection_of(name) is None:
            found[name] = None
    counts["products added from the 2018 enumeration"] += len(found)
    return [{"name": name, "revenue_share": None} for name in found]


def pairs_of(text: str) -> set[str]:
    """The pairs of neighbouring characters of `text` that can tell one business from another."""
    letters = re.sub(r"\W", "", text)
    return {letters[i : i + 2] for i in range(len(letters) - 1)} - COMMON_PAIRS


def is_text_confirmed(record: Record, names: set[str]) -> bool:
    """Whether the enumeration of 2018 shares a telling pair of characters with what else is known.

    Firms change their business by reverse merger; a text that nothing of 2021 confirms may be the old firm's.
    """
    known = pairs_of(record.get("industry", "")) | pairs_of(record["fullname"])
    for name in names:
        known |= pairs_of(name)
    return bool(pairs_of(record.get("products_text", "")) & known)


def is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def carries_another_firm(record: Record) -> bool:
    """Whether the registration facts are another firm's: listed before its own board opened."""
    opened = BOARD_OPENED.get(record["stock_code"][:3], "")
    return is_date(record["listing_date"]) and record["listing_date"] < opened


def exchange_of(code: str) -> str:
    """SSE, SZSE or BSE, with a B for the B-share boards; KeyError for a code of no known board."""
    by_prefix = {"900": "SSE B", "200": "SZSE B", "920": "BSE"}
    by_digit = {"6": "SSE", "0": "SZSE", "3": "SZSE", "4": "BSE", "8": "BSE"}
    return by_prefix.get(code[:3]) or by_digit[code[0]]


@cache
def province_codes() -> dict[str, set[str]]:
    """The first two digits under which each place name of the table of regions stands."""
    codes: dict[str, set[str]] = {}
    with REGIONS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            codes.setdefault(row["name"], set()).add(row["code"][:2])
    return codes


def city_of(facts: Record, counts: Counter[str]) -> str | None:
    """The city, or None where it is not in the company's province: only one of them moved on."""
    city, province = facts.get("city"), facts.get("province")
    if not city or not province:
        return city
    of_province = {c for name, codes in province_codes().items() if name.startswith(province) for c in codes}
    if province_codes()[city] & of_province:
        return str(city)
    counts["companies whose city is not in their province and was emptied"] += 1
    return None


def products_of(record: Record, counts: Counter[str]) -> list[Product]:
    """All products of one company: those of 2021, then what the enumeration of 2018 adds."""
    products = listed_products(record, counts)
    names = {product["name"] for product in products}
    if not record.get("products_text"):
        return products
    if record["id"] in WRONG_TEXT or carries_another_firm(record):
        counts["companies whose text is another firm's and was not used"] += 1
        return products
    if names and not is_text_confirmed(record, names):
        counts["companies whose text of 2018 nothing confirms and was not used"] += 1
        return products
    return products + text_products(record, names, counts)


def company_of(record: Record, counts: Counter[str]) -> Record:
    """The shipped line of one company, keys in their fixed order."""
    facts: Record = record
    if carries_another_firm(record):
        counts["companies whose registration facts were another firm's and were emptied"] += 1
        facts = {}
    date, employees = facts.get("listing_date", ""), facts.get("employees")
    company: Record = {
        "id": record["id"],
        "name": record["name"],
        "full_name": facts.get("fullname"),
        "stock_code": record["stock_code"],
        "exchange": exchange_of(record["stock_code"]),
        "listed_on": date if is_date(date) else None,
        "province": facts.get("province"),
        "city": city_of(facts, counts),
        "employees": int(employees) if employees else None,
        "industry": record.get("industry"),
        "data_year": YEAR_OF_PRODUCTS,
        "products": products_of(record, counts),
    }
    if "退" in record["name"] or record["name"].startswith("PT"):
        company["status"] = "delisted"
    return company


def omission_of(company: Record, superseded: set[str]) -> str | None:
    """Why the company is left out, or None when it is shipped."""
    if company["id"] in superseded:
        return "same company again under the code it had before a merger"
    if not company["products"] and not company["industry"]:
        return "neither products nor industry"
    if not company["products"] and ("status" in company or not company["province"]):
        return "delisted or without a province, and no products"
    return None


def superseded_ids(records: list[Record]) -> set[str]:
    """Ids without an industry of 2021 whose full name stands again under a code that has one."""
    current = {r["fullname"] for r in records if r.get("industry") and not carries_another_firm(r)}
    return {r["id"] for r in records if r["fullname"] in current and not r.get("industry")}


def build(corpus: Path) -> tuple[str, Counter[str]]:
    """The text of the shipped file and the counts of what was kept, mended and left out."""
    lines = corpus.read_text(encoding="utf-8").splitlines()
    records = [record for record in map(json.loads, lines) if record["id"].startswith("A")]
    superseded = superseded_ids(records)
    counts: Counter[str] = Counter()
    shipped = []
    for record in sorted(records, key=lambda record: str(record["id"])):
        company = company_of(record, counts)
        reason = omission_of(company, superseded)
        if reason:
            counts[f"company left out: {reason}"] += 1
            continue
        counts["companies shipped"] += 1
        counts["products shipped"] += len(company["products"])
        shipped.append(json.dumps(company, ensure_ascii=False, separators=(",", ":")) + "\n")
    return "".join(shipped), counts


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the shipped base of A-share companies.")
    parser.add_argument("--corpus", type=Path, required=True, help="companies.jsonl of the corpus")
    parser.add_argument("--out", type=Path, required=True, help="file to write, one company a line")
    arguments = parser.parse_args()
    text, counts = build(arguments.corpus)
    arguments.out.write_text(text, encoding="utf-8")
    for what, count in sorted(counts.items()):
        print(f"{count:7d}  {what}")
    print(f"{len(text.encode()):7d}  bytes in {arguments.out.name}")


if __name__ == "__main__":
    main()
