"""BM25 over words and coverage by characters, against numbers worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from matching.index.lexical import CharIndex, WordIndex, cut_words, grams_of, whole_words

# Words of three companies; 4 words in all, so the mean length is 4/3.
DOCUMENTS = [["铜箔", "铜管"], ["铜箔"], ["阀门"]]
TEXTS = ["铜箔", "铜管", "阀门"]


def test_long_words_are_also_cut_into_their_parts() -> None:
    assert cut_words("聚苯硫醚") == ["聚苯", "硫醚", "聚苯硫醚"]


def test_whole_words_have_no_parts_and_stand_once() -> None:
    assert whole_words("聚苯硫醚、聚苯硫醚") == ["聚苯硫醚"]


def test_words_are_folded_and_signs_are_no_words() -> None:
    assert cut_words("ＰＢＴ 树脂，（锂电）铜箔！") == ["pbt", "树脂", "锂电", "铜箔"]
    assert cut_words("。，") == []
    assert cut_words("") == []


class TestWordIndex:
    def test_scores_are_bm25(self) -> None:
        # idf = ln(1 + (3 − 2 + 0.5) / (2 + 0.5)) = ln 1.6;
        # the part of the frequency is 1 / (1 + 1.5 · (0.25 + 0.75 · length / mean length)).
        idf = math.log(1.6)
        two_words = idf / (1 + 1.5 * (0.25 + 0.75 * 2 / (4 / 3)))
        one_word = idf / (1 + 1.5 * (0.25 + 0.75 * 1 / (4 / 3)))
        scores = WordIndex.build(DOCUMENTS).scores(["铜箔"])
        assert scores == pytest.approx([two_words, one_word, 0.0], abs=1e-6)
        assert scores == pytest.approx([0.153471, 0.211833, 0.0], abs=1e-5)

    def test_the_words_of_a_query_add_up(self) -> None:
        index = WordIndex.build(DOCUMENTS)
        both = index.scores(["铜箔", "铜管"])
        assert both == pytest.approx(index.scores(["铜箔"]) + index.scores(["铜管"]), abs=1e-6)

    def test_a_rarer_word_counts_more(self) -> None:
        index = WordIndex.build(DOCUMENTS)
        assert index.scores(["铜管"])[0] > index.scores(["铜箔"])[0]

    def test_unknown_words_and_no_words_score_nothing(self) -> None:
        index = WordIndex.build(DOCUMENTS)
        assert index.scores(["飞艇"]).tolist() == [0.0, 0.0, 0.0]
        assert index.scores([]).tolist() == [0.0, 0.0, 0.0]
        assert index.scores(["飞艇", "铜箔"]) == pytest.approx(index.scores(["铜箔"]))

    @pytest.mark.parametrize("documents", [DOCUMENTS, [], [[]], [[], ["铜箔"]]])
    def test_it_is_the_same_after_the_disk(self, documents: list[list[str]], tmp_path: Path) -> None:
        index = WordIndex.build(documents)
        index.save(tmp_path / "words")
        scores = WordIndex.load(tmp_path / "words").scores(["铜箔"])
        assert scores.shape == (len(documents),)
        assert scores.tolist() == index.scores(["铜箔"]).tolist()

    def test_the_best_share_is_the_part_of_the_words_that_one_company_has(self) -> None:
        index = WordIndex.build([["铜箔", "设备"], ["铜箔"], ["阀门"]])
        # Rarity ln(1 + (N − n + ½) / (n + ½)): 铜箔 stands in two of three, 设备 in one, 钛 in none.
        foil, machine, titanium = np.log1p(1.5 / 2.5), np.log1p(2.5 / 1.5), np.log1p(3.5 / 0.5)
        assert index.best_share(["铜箔", "设备"]) == pytest.approx(1.0)
        share = (foil + machine) / (foil + machine + titanium)
        assert index.best_share(["铜箔", "设备", "钛"]) == pytest.approx(share, abs=1e-6)
        assert index.best_share(["铜箔", "阀门"]) == pytest.approx(machine / (foil + machine), abs=1e-6)
        assert index.best_share([]) == 0.0


class TestCharIndex:
    # idf = ln(1 + 3 / (1 + texts with it)): 铜 stands in two texts, 箔 and 铜箔 in one; a single character
    # counts 0.35.
    COPPER = 0.35 * math.log(2)
    FOIL = 0.35 * math.log(2.5)
    COPPER_FOIL = math.log(2.5)

    def test_a_text_with_the_whole_term_covers_it(self) -> None:
        assert CharIndex.build(TEXTS).coverage("铜箔")[0] == pytest.approx(1.0)

    def test_a_part_counts_by_rarity_and_less_without_the_head(self) -> None:
        # 铜管 shares 铜 with 铜箔, and not its last character: a quarter of the share.
        share = self.COPPER / (self.COPPER + self.FOIL + self.COPPER_FOIL)
        coverage = CharIndex.build(TEXTS).coverage("铜箔")
        assert coverage == pytest.approx([1.0, 0.25 * share, 0.0], abs=1e-6)
        assert coverage[1] == pytest.approx(0.040991, abs=1e-5)

    def test_what_no_text_holds_counts_as_rarest(self) -> None:
        # 锆 and 铜锆 are in no text: they weigh like a gram seen once, and nobody has them.
        total = self.COPPER + 0.35 * math.log(2.5) + math.log(2.5)
        assert CharIndex.build(TEXTS).coverage("铜锆")[0] == pytest.approx(
            0.25 * self.COPPER / total, abs=1e-6
        )

    def test_one_element_is_told_from_another(self) -> None:
        lanthanum, cerium = CharIndex.build(["氧化镧", "氧化铈"]).coverage("氧化镧")
        assert lanthanum == pytest.approx(1.0)
        assert cerium < 0.3

    def test_an_element_that_stands_alone_is_found(self) -> None:
        assert CharIndex.build(["氧化锆粉", "铜箔"]).coverage("锆").tolist() == [1.0, 0.0]

    def test_width_and_case_are_folded(self) -> None:
        assert CharIndex.build(["ＰＢＴ树脂"]).coverage("pbt 树脂") == pytest.approx([1.0])

    def test_nothing_is_covered_without_a_term_or_a_match(self) -> None:
        index = CharIndex.build(TEXTS)
        assert index.coverage("").tolist() == [0.0, 0.0, 0.0]
        assert index.coverage("飞艇").tolist() == [0.0, 0.0, 0.0]

    @pytest.mark.parametrize("texts", [TEXTS, [], [""], ["", "铜箔"]])
    def test_it_is_the_same_after_the_disk(self, texts: list[str], tmp_path: Path) -> None:
        index = CharIndex.build(texts)
        index.save(tmp_path / "chars")
        coverage = CharIndex.load(tmp_path / "chars").coverage("铜箔")
        assert coverage.shape == (len(texts),)
        assert coverage.tolist() == index.coverage("铜箔").tolist()

    def test_the_index_holds_the_grams_a_term_is_cut_into(self) -> None:
        index = CharIndex.build(["铜箔材 A"])
        assert all(np.isclose(index.coverage(gram), 1.0).all() for gram in grams_of("铜箔材 A"))


def test_grams_are_distinct_and_in_order() -> None:
    assert grams_of("铜箔铜") == ["铜", "箔", "铜箔", "箔铜", "铜箔铜"]
    assert grams_of("") == []
