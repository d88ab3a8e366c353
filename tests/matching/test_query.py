"""A gap made ready for a release."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matching.embedding import HashingEmbedder
from matching.errors import EmptyNeed
from matching.index.release import Release, load_release
from matching.query import Query, prepare_query
from matching.records import Gap
from tests.matching.bases import build, company, gap, must

EMBEDDER = HashingEmbedder()


def prepared(release: Release, some: Gap) -> Query:
    return prepare_query(some, release, EMBEDDER)


@pytest.fixture
def twelve(tmp_path: Path) -> Release:
    """Twelve texts: 铜箔 in one, 轴承 in five, names without words in common."""
    companies = (
        company("A", "甲甲", ("铜箔",)),
        *(company(f"B{n}", "乙丙丁戊己"[n] * 2, (f"{'一二三四五'[n]}轴承",)) for n in range(5)),
    )
    return load_release(build(tmp_path, companies), EMBEDDER)


def test_arrays_follow_the_order_of_the_requirements(release: Release) -> None:
    query = prepared(release, gap(must("铜箔"), must("铜箔贸易"), must("氧化铈")))
    texts = ["铜箔", "铜箔贸易", "氧化铈"]
    assert query.vectors.tolist() == EMBEDDER.embed_queries(texts).tolist()
    assert [c.tolist() for c in query.coverage] == [release.chars.coverage(t).tolist() for t in texts]
    assert query.makes.tolist() == [True, False, True]
    assert query.cosine_mean.shape == query.cosine_spread.shape == query.specificity.shape == (3,)


def test_a_need_in_words_is_parsed(release: Release) -> None:
    assert [r.text for r in prepared(release, Gap("G", "铜箔、铜管")).requirements] == ["铜箔", "铜管"]


def test_a_need_without_words_is_refused(release: Release) -> None:
    with pytest.raises(EmptyNeed):
        prepared(release, Gap("G", "。"))


def test_cosines_are_read_against_the_base(release: Release) -> None:
    query = prepared(release, gap(must("铜箔")))
    cosines = release.sample @ EMBEDDER.embed_queries(["铜箔"])[0]
    assert query.cosine_mean[0] == pytest.approx(cosines.mean(), abs=1e-6)
    assert query.cosine_spread[0] == pytest.approx(cosines.std(), abs=1e-6)


def test_a_synonym_counts_nearly_as_much_as_the_word(twelve: Release) -> None:
    query = prepared(twelve, gap(must("电解铜皮", synonyms=("铜箔",)), must("电解铜皮")))
    assert query.coverage[0].max() == pytest.approx(0.95)
    assert query.coverage[1].max() < 0.5


def test_a_synonym_never_takes_from_the_word(twelve: Release) -> None:
    query = prepared(twelve, gap(must("铜箔", synonyms=("电解铜皮",))))
    assert query.coverage[0].max() == pytest.approx(1.0)


def test_what_nobody_names_is_wholly_specific_and_common_words_are_not(twelve: Release) -> None:
    query = prepared(twelve, gap(must("飞艇"), must("铜箔"), must("轴承")))
    # ln(13 / (n + 1)) / ln 13 with n = 0, 1 and 5 of twelve texts.
    expected = [np.log(13 / (n + 1)) / np.log(13) for n in (0, 1, 5)]
    assert query.specificity == pytest.approx(expected, abs=1e-6)


def test_words_are_those_of_title_need_and_requirements_but_nothing_excluded(release: Release) -> None:
    asked = gap(must("球阀"), must("阀门铸件", level="must_not"), need="闸阀", title="调节阀")
    scores = dict(zip(release.companies.ids, prepared(release, asked).word_scores, strict=True))
    # C17 makes 闸阀, 球阀 and 阀门铸件: 闸阀 stands in the need only (0.3), the excluded words count nothing.
    expected, _ = release.words.weighted({"球阀": 1.0, "闸阀": 0.3})
    assert scores["C17"] == pytest.approx(expected[release.companies.ordinal("C17")], abs=1e-5)
    assert scores["C18"] > 0


def test_a_parsed_need_is_not_said_twice(release: Release) -> None:
    expected, most = release.words.weighted({"铜箔": 1.0})
    query = prepared(release, Gap("G", "铜箔"))
    assert query.word_scores.tolist() == expected.tolist()
    assert query.word_mass == most


def test_words_that_only_praise_count_less(release: Release) -> None:
    expected, _ = release.words.weighted({"高档": 0.3, "铜箔": 1.0})
    assert prepared(release, Gap("G", "高档铜箔")).word_scores == pytest.approx(expected, abs=1e-5)


def test_a_title_is_read_as_topics_and_a_modifier_alone_is_none(release: Release) -> None:
    query = prepared(release, gap(must("丁基橡胶"), title="特种与合成橡胶"))
    assert query.topics == ("合成橡胶",)
    assert len(query.topic_coverage) == len(query.topic_occurrences) == 1


def test_a_need_without_a_title_is_its_own_title(release: Release) -> None:
    asked = gap(must("丁基橡胶"), must("密封件", level="should"))
    assert prepared(release, asked).topics == ("丁基橡胶",)


def test_a_gap_without_a_need_is_embedded_by_its_requirements(release: Release) -> None:
    query = prepared(release, gap(must("铜箔"), must("铜管")))
    assert query.need_vector.tolist() == EMBEDDER.embed_queries(["铜箔、铜管"])[0].tolist()


def test_a_release_without_texts_can_be_asked(tmp_path: Path) -> None:
    empty = load_release(build(tmp_path, ()), EMBEDDER)
    query = prepared(empty, gap(must("铜箔")))
    assert query.word_scores.shape == (0,)
    assert query.cosine_spread.tolist() == [pytest.approx(1e-3)]


def test_an_excluded_name_inside_a_wanted_one_is_not_meant(tmp_path: Path) -> None:
    companies = (company("A", "甲甲", ("叔丁基过氧化氢",)), company("B", "乙乙", ("过氧化氢",)))
    release = load_release(build(tmp_path, companies), EMBEDDER)
    some = gap(must("引发剂", synonyms=("叔丁基过氧化氢",)), must("过氧化氢", level="must_not"))
    excluded = prepared(release, some).occurrences[1].strength
    holding = [release.phrases.containing(name).tolist() for name in ("叔丁基过氧化氢", "过氧化氢")]
    assert [float(excluded[text]) for text in holding[0]] == [0.0]
    assert [float(excluded[text]) for text in set(holding[1]) - set(holding[0])] == [1.0]


def test_what_one_passage_says_whole_is_heard(twelve: Release) -> None:
    assert prepared(twelve, gap(must("铜箔"))).heard == pytest.approx(1.0)
    assert prepared(twelve, gap(must("钛合金"), must("铜箔"))).heard == pytest.approx(1.0)


def test_a_rare_modifier_that_nobody_says_is_unheard(twelve: Release) -> None:
    assert prepared(twelve, gap(must("月球采矿铜箔"))).heard < 0.5
    assert prepared(twelve, gap(must("钛合金"))).heard == 0.0


def test_a_topic_of_the_title_is_heard_too(twelve: Release) -> None:
    assert prepared(twelve, Gap("G", "月球采矿设备", title="铜箔")).heard == pytest.approx(1.0)


def test_the_nearest_of_a_small_base_are_all_of_it(twelve: Release) -> None:
    query = prepared(twelve, Gap("G", "轴承"))
    assert (query.all_word_scores > 0).sum() == 5
    least = 0.3 * twelve.words.weighted({"轴承": 1.0})[1]
    mean_of_six = float(query.all_word_scores.sum()) / 6
    assert query.all_word_level == pytest.approx(max(mean_of_six, least), rel=1e-5)


def test_where_nobody_says_a_topic_the_nearest_are_not_near(twelve: Release) -> None:
    assert prepared(twelve, Gap("G", "铜箔", title="钛合金")).topic_level == pytest.approx(0.6)
