"""The command line in this process: what it prints, and how it ends."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from service.cli.main import main
from service.shipped import chain_profile_paths

# One gap of the third shipped chain, and a made-up base around it.
GAP = "C03-G13"
FOIL, COPPER, LOCAL, GONE, SMALL, SILENT = "F1", "F2", "F3", "F4", "F5", "F6"
COMPANIES: tuple[dict[str, Any], ...] = (
    {
        "id": FOIL,
        "name": "江陵铜箔",
        "full_name": "江陵铜箔股份有限公司",
        "stock_code": "600001",
        "province": "江西",
        "city": "九江市",
        "employees": 1200,
        "products": [
            {"name": "高档电解铜箔", "revenue_share": 0.8},
            {"name": "覆铜板", "revenue_share": 0.2},
        ],
        "main_business": "高档电解铜箔的研发、生产与销售",
    },
    {"id": COPPER, "name": "大江铜材", "province": "山东", "products": [{"name": "铜合金棒材"}]},
    {"id": LOCAL, "name": "陇原铜箔", "province": "甘肃", "products": [{"name": "电解铜箔"}]},
    {
        "id": GONE,
        "name": "旧港铜箔",
        "stock_code": "600003",
        "province": "江苏",
        "status": "delisted",
        "products": [{"name": "电解铜箔"}],
    },
    {
        "id": SMALL,
        "name": "小溪铜箔",
        "province": "浙江",
        "employees": 20,
        "products": [{"name": "锂电铜箔"}],
    },
    {"id": SILENT, "name": "无言", "province": "广东"},
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line of a named error; fails where there is more, or less, than that after the progress."""
        *before, last = self.err.removesuffix("\n").split("\n")
        assert last.startswith("lianzhao: "), self.err
        assert not any(line.startswith(("lianzhao: ", "Traceback")) for line in before), self.err
        return last.removeprefix("lianzhao: ")


def run(*arguments: str | Path, encoding: str = "utf-8") -> Ended:
    """Run `lianzhao` with `arguments`; its output goes to a terminal of `encoding`."""
    out, err = (
        io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors)
        for errors in ("strict", "backslashreplace")
    )
    argv = ["lianzhao", *map(str, arguments)]
    with patch.object(sys, "argv", argv), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as stop:
            code = stop.code
    assert isinstance(code, int)
    return Ended(code, _text(out, encoding), _text(err, encoding))


def done(*arguments: str | Path) -> Ended:
    """Run `lianzhao` where it has to succeed."""
    ended = run(*arguments)
    assert ended.code == 0, ended.err
    return ended


@cache
def _shipped_profile(chain: int) -> str:
    profile = yaml.safe_load(chain_profile_paths()[chain - 1].read_text("utf-8"))
    profile["gaps"] = [gap for gap in profile["gaps"] if gap["code"][-3:] in ("G01", "G02", "G13")]
    return json.dumps(profile)


def small_profile(chain: int) -> dict[str, Any]:
    """A shipped chain, cut down to three of its gaps, with which reading takes no time."""
    profile: dict[str, Any] = json.loads(_shipped_profile(chain))
    return profile


def write_profile(path: Path, profile: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(profile, allow_unicode=True), "utf-8")
    return path


def write_jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def _text(stream: io.TextIOWrapper, encoding: str) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode(encoding)
