"""`lianzhao match`: the JSON that others script against, the conditions, the text for the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.running import COMPANIES, COPPER, FOIL, GAP, GONE, LOCAL, SMALL, done, run

pytestmark = pytest.mark.usefixtures("home")
NEED = "高档电解铜箔"


def ids(known: dict[str, Any]) -> list[str]:
    return [candidate["company"]["id"] for candidate in known["candidates"]]


def ids_for(*conditions: str) -> set[str]:
    return set(ids(done("match", "--need", NEED, "--json", *conditions).json))


# The contract


@pytest.fixture
def answer() -> dict[str, Any]:
    known: dict[str, Any] = done("match", "--need", NEED, "--json").json
    return known


def test_answer_says_the_need_and_what_was_read_out_of_it(answer: dict[str, Any]) -> None:
    assert answer["format"] == 1
    assert answer["need"] == NEED
    (requirement,) = answer["parsed_requirements"]
    assert requirement.items() >= {"text": NEED, "weight": 1.0, "level": "must"}.items()
    assert requirement["id"]


def test_maker_of_the_product_is_first_and_ranks_are_without_a_gap(answer: dict[str, Any]) -> None:
    assert ids(answer)[0] == FOIL
    assert [candidate["rank"] for candidate in answer["candidates"]] == [
        *range(1, len(answer["candidates"]) + 1)
    ]
    scores = [candidate["score"] for candidate in answer["candidates"]]
    assert scores == sorted(scores, reverse=True)


def test_prior_and_contributions_add_up_to_the_score(answer: dict[str, Any]) -> None:
    assert answer["candidates"]
    for candidate in answer["candidates"]:
        rows = candidate["contributions"]
        assert rows
        assert all({"signal", "value", "weight", "contribution"} <= row.keys() for row in rows)
        total = candidate["prior"] + sum(row["contribution"] for row in rows)
        assert total == pytest.approx(candidate["score"], abs=1e-9, rel=0)
        assert all(
            row["contribution"] == pytest.approx(row["value"] * row["weight"], abs=1e-9, rel=0)
            for row in rows
            if not row["missing"]
        )
        assert 0 < candidate["probability"] < 1
        assert candidate["band"] in ("A", "B", "C", "待核")


def test_quote_stands_letter_by_letter_in_the_field_that_is_named(answer: dict[str, Any]) -> None:
    quotes = 0
    for candidate in answer["candidates"]:
        for requirement in candidate["requirements"]:
            assert requirement.keys() >= {"id", "text", "status", "evidence"}
            assert requirement["status"] in ("met", "partial", "unmet", "unknown")
            for evidence in requirement["evidence"]:
                text = candidate["company"][evidence["field"]]
                assert text[evidence["start"] : evidence["end"]] == evidence["quote"] != ""
                quotes += 1
    assert quotes >= 2


def test_company_stands_in_the_answer_as_it_was_imported(answer: dict[str, Any]) -> None:
    company = answer["candidates"][0]["company"]
    given = COMPANIES[0]
    for name in ("id", "name", "full_name", "province", "city", "employees", "stock_code", "main_business"):
        assert company[name] == given[name]
    assert [(product["name"], product["revenue_share"]) for product in company["products"]] == [
        ("高档电解铜箔", 0.8),
        ("覆铜板", 0.2),
    ]


def test_what_is_not_known_is_a_question(answer: dict[str, Any]) -> None:
    codes = {unknown["code"] for unknown in answer["candidates"][0]["unknowns"]}
    assert {"uscc", "ownership"} <= codes
    assert "employees" not in codes  # that is stated
    assert all(unknown["text"].endswith("？") for unknown in answer["candidates"][0]["unknowns"])


def test_company_of_the_province_comes_with_a_caution_when_it_is_asked_for() -> None:
    known = done("match", "--need", NEED, "--json", "--include-home-province").json
    local = next(c for c in known["candidates"] if c["company"]["id"] == LOCAL)
    assert "in_home_province" in [caution["code"] for caution in local["cautions"]]


def test_receipt_says_what_the_answer_rests_on(answer: dict[str, Any]) -> None:
    status = done("index", "status", "--json").json
    receipt = answer["receipt"]
    assert receipt["index_release"] == status["index"]["name"]
    assert receipt["embedder"] == status["index"]["embedder"] == "hashing-v1-512"
    assert receipt["code_version"] == status["version"]
    assert {"gap", "gap_version", "company_snapshot", "weights", "as_of"} <= receipt.keys()


def test_gap_is_matched_in_its_own_words() -> None:
    known = done("match", GAP, "--json").json
    assert (known["gap"], known["title"]) == (GAP, NEED)
    assert [row["id"] for row in known["parsed_requirements"]] == ["R1"]
    assert known["receipt"]["gap_version"] == 1
    assert ids(known)[0] == FOIL
    assert ids(done("match", GAP.lower(), "--json").json) == ids(known)


# Conditions


def test_company_of_the_province_and_delisted_ones_are_left_out_unless_asked_for() -> None:
    assert {FOIL, COPPER, SMALL} >= ids_for() >= {FOIL, SMALL}
    assert ids_for("--include-home-province") - ids_for() == {LOCAL}
    assert ids_for("--include-delisted") - ids_for() == {GONE}


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (["--province", "江西"], {FOIL}),
        (["--province", "江西省", "--province", "浙江"], {FOIL, SMALL}),
        (["--province", "甘肃"], {LOCAL}),
        (["--exclude-province", "江西", "--exclude-province", "山东"], {SMALL}),
        (["--listed-only"], {FOIL}),
        (["--min-employees", "1000", "--exclude-province", "山东"], {FOIL}),
    ],
)
def test_condition_leaves_the_others_out(conditions: list[str], found: set[str]) -> None:
    assert ids_for(*conditions) == found


def test_limit_and_offset_turn_the_pages() -> None:
    whole = ids(done("match", "--need", NEED, "--json").json)
    pages = [
        ids(done("match", "--need", NEED, "--json", "--limit", "1", "--offset", str(offset)).json)
        for offset in range(len(whole))
    ]
    assert pages == [[company] for company in whole]


def test_province_that_does_not_exist_is_named_and_not_an_empty_answer() -> None:
    ended = run("match", "--need", NEED, "--province", "法国")
    assert ended.code == 1
    assert ended.error == "province '法国': not a province of the table: write one such as 江苏 or 江苏省"


# Wrong use and wrong words


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [GAP, "--need", NEED],
        ["--need", NEED, "--limit", "0"],
        ["--need", NEED, "--limit", "201"],
        ["--need", NEED, "--offset", "-1"],
        ["--need", NEED, "--lang", "fr"],
        ["--need", NEED, "--min-employees", "viele"],
        ["--nedd", NEED],
    ],
)
def test_wrong_use_ends_with_two(arguments: list[str]) -> None:
    ended = run("match", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("Usage: lianzhao match")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["C03-G99"], r"gap 'C03-G99': not found: near it are C03-G"),
        (["--need", ""], "need '': no product, process or technology found in it: write what is sought"),
        (["--need", "。、"], "need '。、': no product"),
        (["--need", "铜" * 2001], "need: 2001 characters are too many"),
        # GBK bytes on a UTF-8 system come in as halves of characters.
        (["--need", "\udccd\udced"], r"need '\udccd\udced': is no UTF-8 text: set the terminal"),
        (["\udccd\udced"], r"gap '\udccd\udced': is no UTF-8 text: set the terminal"),
        (["--need", NEED, "--province", "\udcbd"], r"provinces '\udcbd': is no UTF-8 text"),
    ],
)
def test_wrong_words_are_named_in_one_line(arguments: list[str], message: str) -> None:
    ended = run("match", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert ended.error.startswith(message)


# Text for the terminal


def test_text_shows_the_quote_and_the_sum() -> None:
    known = done("match", GAP, "--json", "--limit", "1").json["candidates"][0]
    lines = done("match", GAP, "--limit", "1").out.splitlines()
    assert "  1  江陵铜箔  F1  江西 九江市  " in lines[2]
    assert any("● 高档电解铜箔  满足  “高档电解铜箔”" in line for line in lines)
    assert any(line.endswith(f"= {known['score']:+.2f}") for line in lines)
    assert "-0.00" not in "".join(lines)


def test_language_of_the_text_is_the_setting_or_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "家企业" in done("match", GAP).out
    assert "companies compared" in done("match", GAP, "--lang", "en").out
    monkeypatch.setenv("LIANZHAO_LANGUAGE", "en")
    assert "companies compared" in done("match", GAP).out
    assert done("match", GAP, "--json").json["language"] == "en"
    assert "家企业" in done("match", GAP, "--lang", "zh").out


def test_page_beyond_the_end_does_not_say_that_nobody_fits() -> None:
    for text in (done("match", GAP, "--offset", "100").out, done("match", GAP, "--offset", "2").out):
        assert "没有" not in text


def test_need_that_nothing_comes_near_is_answered_in_words() -> None:
    text = done("match", "--need", NEED, "--province", "西藏").out
    assert "列出0家" in text
    assert "请换用其他说法或放宽条件" in text


def test_terminal_that_lacks_a_character_gets_the_rest() -> None:
    text = run("match", GAP, encoding="gbk")
    assert (text.code, text.err) == (0, "")
    assert "江陵铜箔" in text.out
    known = run("match", GAP, "--json", encoding="gbk")
    assert known.json["candidates"][0]["company"]["name"] == "江陵铜箔"


# Runs that are kept


def test_kept_run_gives_the_same_ranks_when_computed_again() -> None:
    known = done("match", GAP, "--json", "--store", "--limit", "2", "--offset", "1").json
    assert known["run"] == 1
    shown = done("show", "run", "1", "--recompute", "--json").json
    assert shown["recomputation"] == {
        "same_ranks": True,
        "stored": ids(known),
        "computed": ids(known),
        "differences": {},
    }
    assert [candidate["rank"] for candidate in shown["candidates"]] == [2, 3]
    assert "重新计算：排名一致。" in done("show", "run", "1", "--recompute").out


def test_run_says_what_changed_when_the_ranks_do(tmp_path: Path) -> None:
    assert "已保存为匹配记录1。" in done("match", "--need", NEED, "--store").out
    better = tmp_path / "better.csv"
    better.write_text("企业名称,省份,主营产品\n新星铜箔有限公司,湖南,高档电解铜箔(100%)\n", "utf-8")
    done("import", better)
    done("index", "build")
    again = done("show", "run", "1", "--recompute", "--json").json["recomputation"]
    assert again["same_ranks"] is False
    assert {"index_release", "company_snapshot"} == again["differences"].keys()
    assert "其间变化：index_release" in done("show", "run", "1", "--recompute").out


def test_answer_that_is_not_kept_has_no_run() -> None:
    assert "run" not in done("match", GAP, "--json").json
    assert done("show", "runs", "--json").json == []
