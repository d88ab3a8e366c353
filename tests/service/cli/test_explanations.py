"""`lianzhao why-not`, `compare`, `reverse`, `similar`: the JSON that others script against, errors, text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.cli.running import COPPER, FOIL, GAP, GONE, LOCAL, done, run

pytestmark = pytest.mark.usefixtures("home")
NEED = "高档电解铜箔"


def quotes_of(candidate: dict[str, Any]) -> list[str]:
    """All quotes, after checking that they stand letter by letter in the company's text."""
    found = []
    for row in candidate["requirements"]:
        for evidence in row["evidence"]:
            text = candidate["company"][evidence["field"]]
            assert text[evidence["start"] : evidence["end"]] == evidence["quote"]
            found.append(evidence["quote"])
    return found


def test_why_not_gives_rank_rows_and_changes_that_were_scored() -> None:
    known = done("why-not", NEED, COPPER, "--json").json
    listed = done("match", "--need", NEED, "--json").json
    ranks = {c["company"]["id"]: c["rank"] for c in listed["candidates"] + listed["nearest_misses"]}
    assert (known["format"], known["need"], known["rank"]) == (1, NEED, ranks[COPPER])
    assert known["rank_in"] == "list"
    assert known["considered"] == listed["considered"]
    assert known["verdict"] == "in_top"  # so few companies: everybody is among the first 20
    for outcome in known["counterfactuals"]:
        assert outcome["score_difference"] == pytest.approx(outcome["score"] - known["score"])
        assert outcome["rank"] >= 1
        for change in outcome["changes"]:
            text = known["candidate"]["company"]
            assert all(text[r["field"]][r["start"] : r["end"]] == r["quote"] for r in change["removed"])
    assert known["receipt"] == listed["receipt"]


def test_differences_beside_the_last_place_add_up() -> None:
    known = done("why-not", NEED, COPPER, "--json").json
    beside = known["beside"]
    total = sum(row["difference"] for row in beside["contributions"])
    assert total == pytest.approx(beside["score_difference"], abs=1e-9)
    assert beside["score_difference"] == pytest.approx(known["score"] - beside["other"]["score"], abs=1e-9)
    assert [row["id"] for row in beside["requirements"]] == [
        row["id"] for row in known["candidate"]["requirements"]
    ]


def test_why_not_takes_a_gap_and_any_name_of_a_company() -> None:
    by_id = done("why-not", GAP, FOIL, "--json").json
    name = by_id["candidate"]["company"]["name"]
    full_name = by_id["candidate"]["company"]["full_name"]
    assert by_id["gap"] == GAP
    for other in (name, full_name, name[:-1]):
        if other:
            assert done("why-not", GAP.lower(), other, "--json").json == by_id


def test_rules_that_leave_a_company_out_are_named() -> None:
    local = done("why-not", NEED, LOCAL, "--json").json
    assert [rule["code"] for rule in local["excluded_by"]] == ["home_province"]
    assert local["rank_in"] == "list_if_admitted"
    gone = done("why-not", NEED, GONE, "--json").json
    assert [rule["code"] for rule in gone["excluded_by"]] == ["delisted"]
    kept = done("why-not", NEED, LOCAL, "--include-home-province", "--json").json
    assert (kept["excluded_by"], kept["rank_in"]) == ([], "list")


def test_two_companies_side_by_side() -> None:
    known = done("compare", NEED, FOIL, COPPER, "--json").json
    assert [one["candidate"]["company"]["id"] for one in known["companies"]] == [FOIL, COPPER]
    (comparison,) = known["comparisons"]
    assert (comparison["own"]["id"], comparison["other"]["company"]["id"]) == (FOIL, COPPER)
    total = sum(row["difference"] for row in comparison["contributions"])
    assert total == pytest.approx(comparison["score_difference"], abs=1e-9)
    for row in comparison["contributions"]:
        own, other = row["own"]["contribution"], row["other"]["contribution"]
        assert row["difference"] == pytest.approx(own - other, abs=1e-12)
    assert quotes_of(known["companies"][0]["candidate"])


def test_a_text_finds_the_gap_that_it_speaks_of() -> None:
    text = "我公司生产高档电解铜箔，用于锂电池。"
    known = done("reverse", "--text", text, "--json").json
    assert known["gaps_compared"] == 3
    assert known["gaps"][0]["gap"] == GAP
    assert 0 < known["gaps"][0]["probability"] < 1
    assert quotes_of(known["gaps"][0]["candidate"])
    assert known["gaps"][0]["candidate"]["company"]["description"] == text


def test_a_company_has_for_a_gap_the_score_of_the_match() -> None:
    fits = {fit["gap"]: fit["candidate"]["score"] for fit in done("reverse", FOIL, "--json").json["gaps"]}
    listed = done("match", GAP, "--json").json
    (score,) = (c["score"] for c in listed["candidates"] if c["company"]["id"] == FOIL)
    assert fits[GAP] == pytest.approx(score, abs=1e-6)


def test_similar_companies_quote_both() -> None:
    known = done("similar", FOIL, "--json").json
    assert known["company"]["id"] == FOIL
    for passage in known["passages"]:
        text = known["company"][passage["field"]]
        assert text[passage["start"] : passage["end"]] == passage["quote"]
    ids = [found["company"]["id"] for found in known["companies"]]
    assert ids
    assert FOIL not in ids
    assert "probability" not in known["companies"][0]
    for found in known["companies"]:
        quotes_of(found)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("why-not", "C99-G99", FOIL), "C99-G99"),
        (("why-not", NEED, "没有这家企业"), "not found"),
        (("why-not", "，", FOIL), "no product"),
        (("why-not", " ", FOIL), "is empty"),
        (("why-not", NEED, "铜箔"), "give the id"),
        (("compare", NEED, FOIL), "two or 3"),
        (("compare", NEED, FOIL, FOIL), "two or 3"),
        (("reverse", "--text", " "), "is empty"),
        (("reverse", "--text", "。。。"), "no text"),
        (("similar", "没有这家企业"), "not found"),
    ],
)
def test_what_cannot_be_answered_is_one_line(words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.code == 1
    assert said in result.error


def test_reverse_wants_a_company_or_a_text() -> None:
    assert run("reverse").code == 2
    assert run("reverse", FOIL, "--text", "铜箔").code == 2


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "words",
    [("why-not", NEED, LOCAL), ("compare", NEED, FOIL, COPPER), ("reverse", FOIL), ("similar", FOIL)],
    ids=lambda words: words[0],
)
def test_answers_are_readable_in_both_languages(words: tuple[str, ...], language: str) -> None:
    text = done(*words, "--lang", language).out
    assert len(text.splitlines()) > 3
    assert "{" not in text
