"""The answer in JSON: who is proposed and who only comes nearest are kept apart."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from matching.dictionary import Dictionary, Entry
from matching.embedding import HashingEmbedder
from matching.engine import Engine
from matching.records import Gap
from service.match_json import match_as_json
from tests.matching.bases import build, shipped_weights

DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = build(tmp_path_factory.mktemp("index"))
    dictionary = Dictionary([Entry("电池箔材", (), ("锂电铜箔",))])
    return Engine.open(folder, HashingEmbedder(), shipped_weights(), dictionary)


def test_who_fits_is_a_candidate_with_the_measured_precision_of_the_band(engine: Engine) -> None:
    known = match_as_json(engine.match(Gap("G", "氧化铈"), today=DAY, limit=3), "en")
    assert (known["verdict"], known["none_suitable"], known["nearest_misses"]) == ("found", False, [])
    best = known["candidates"][0]
    assert best["company"]["id"] == "C15"
    measured = shipped_weights().card["band_precision"][best["band"]]
    assert best["band_precision"] == {**measured, "as_of": shipped_weights().card["date"]}


@pytest.mark.parametrize("need", ["量子计算稀释制冷机", "航母弹射器", "航天飞机隔热瓦设备"])
@pytest.mark.parametrize("offset", [0, 2])
def test_what_nobody_makes_has_nearest_misses_and_no_candidate(
    engine: Engine, need: str, offset: int
) -> None:
    known = match_as_json(engine.match(Gap("G", need), today=DAY, limit=2, offset=offset), "zh")
    assert (known["verdict"], known["none_suitable"], known["candidates"]) == ("none_suitable", True, [])
    assert [some["rank"] for some in known["nearest_misses"]] == [offset + 1, offset + 2]
    assert {some["band"] for some in known["nearest_misses"]} == {"待核"}


def test_a_kind_that_the_dictionary_names_is_told_as_one(engine: Engine) -> None:
    known = match_as_json(engine.match(Gap("G", "电池箔材"), today=DAY, limit=1), "en")
    (best,) = known["candidates"] or known["nearest_misses"]
    evidence = best["requirements"][0]["evidence"][0]
    assert best["company"]["id"] == "C02"
    assert (evidence["quote"], evidence["term"]) == ("锂电铜箔", "锂电铜箔")
    assert (evidence["term_kind"], evidence["relation"]) == ("narrower", "makes")
