"""`lianzhao show`: text and JSON of everything that is stored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.cli.running import COMPANIES, FOIL, GAP, SILENT, done, run

pytestmark = pytest.mark.usefixtures("home")


def test_chains_are_listed() -> None:
    (chain,) = done("show", "chains", "--json").json
    assert (chain["code"], chain["name"], chain["target_year"]) == ("C03", "铜铝合金及深加工", 2020)
    assert done("show", "chains").out.startswith("C03  铜铝合金及深加工  1000亿元 2020  ")


def test_chain_is_shown_with_links_anchors_and_gaps() -> None:
    known = done("show", "chain", "C03", "--json").json
    assert GAP in [gap["code"] for gap in known["gap_list"]]
    assert {"position", "feeds"} <= known["links"][0].keys()
    text = done("show", "chain", "c03").out
    for words in ("C03-L01", "金川公司（金昌市）", f"{GAP}  fill"):
        assert words in text


def test_gap_is_shown_with_the_words_of_the_policy() -> None:
    known = done("show", "gap", GAP, "--json").json
    assert (known["code"], known["version"], known["kind"]) == (GAP, 1, "fill")
    assert known["requirements"][0]["id"] == "R1"
    text = done("show", "gap", GAP).out
    assert f"{GAP}  高档电解铜箔  fill  v1" in text
    assert f"{known['policy_refs'][0]['section']}：“{known['policy_refs'][0]['quote']}”" in text


@pytest.mark.parametrize("key", [FOIL, "600001", "江陵铜箔", "江陵铜箔股份有限公司"])
def test_company_is_found_by_id_code_or_name(key: str) -> None:
    known = done("show", "company", key, "--json").json
    given = COMPANIES[0]
    assert {name: known[name] for name in given if name != "products"} == {
        name: value for name, value in given.items() if name != "products"
    }
    assert "products  高档电解铜箔（80%）、覆铜板（20%）" in done("show", "company", key).out


def test_what_is_not_known_of_a_company_is_not_printed() -> None:
    text = done("show", "company", SILENT).out
    assert "None" not in text
    assert "province  广东" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chain", "C99"], "chain 'C99': not found: known are C03"),
        (["gap", "C03"], "gap 'C03': not found"),
        (["company", "无此企业"], "company '无此企业': not found"),
        (["company", ""], "company '': not found"),
        (["run", "7"], 'match run 7: not found: "lianzhao show runs" lists those that were kept'),
        (["company", "\udccd"], r"key '\udccd': is no UTF-8 text"),
    ],
)
def test_what_is_not_there_is_named(arguments: list[str], message: str) -> None:
    ended = run("show", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert ended.error.startswith(message)


def test_runs_are_listed_newest_first() -> None:
    assert done("show", "runs").out == "尚未保存匹配记录，用“lianzhao match GAP --store”保存。\n"
    done("match", GAP, "--store")
    done("match", "--need", "铜合金棒材", "--store")
    known: list[dict[str, Any]] = done("show", "runs", "--json").json
    assert [(run["id"], run["gap"]) for run in known] == [(2, None), (1, GAP)]
    lines = done("show", "runs").out.splitlines()
    assert lines[0].startswith("2  ")
    assert lines[1].endswith(f"command-line  {GAP}  引进高档电解铜箔研发生产企业。")


def test_run_is_shown_as_it_was_answered() -> None:
    answered = done("match", GAP, "--store", "--json").json
    known = done("show", "run", "1", "--json").json
    assert known["gap"] == GAP
    assert [candidate["company"]["id"] for candidate in known["candidates"]] == [
        candidate["company"]["id"] for candidate in answered["candidates"]
    ]
    assert "recomputation" not in known
    assert "江陵铜箔" in done("show", "run", "1").out
