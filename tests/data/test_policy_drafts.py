"""How well drafts agree with what people read in two policy texts: recall, precision, anchors.

recall: share of the listed terms of a chain (things, processes, uses, services; not anchors and sites)
that a drafted requirement of the same chain covers.
precision: share of drafted requirements that a listed term covers, or for the seed text a requirement text or
synonym of the chain's profile in data/chains.
One covers the other when they are the same folded text, or one holds the other and that has at least half its
length.

The rules were written with an eye on C01 to C05. First runs: C01-C05 recall 0.904, precision 0.968; C06-C10
0.782 and 0.934 (0.786 and 0.931 with rules mended on C01-C05 only); second text 0.884 and 0.917. After that
the misses of all were looked at, so today's figures are no blind ones. The second text and its terms were
written before the tool ran on them, by the same hand that wrote the rules.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from service.operations.drafts import DraftChain, draft_chains
from service.readers.chain_profile import read_chain_profile

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SEED = ROOT.parent / "shared" / "seeds" / "gansu-industrial-chain-opinion.txt"
SECOND = HERE / "second_policy.txt"
KINDS = {"product", "process", "technology", "equipment", "application", "service"}
IGNORED = re.compile(r"[\s()\[\]{}<>《》〈〉【】「」『』〔〕“”\"‐‑‒–—―−-]")
# One enterprise under two names in the seed text.
SAME_ENTERPRISE = {"金川集团公司": "金川公司"}


def folded(text: str) -> str:
    return IGNORED.sub("", unicodedata.normalize("NFKC", text).lower())


def is_covered(one: str, others: list[str]) -> bool:
    one = folded(one)
    for other in map(folded, others):
        short, long = sorted((one, other), key=len)
        if short and short in long and 2 * len(short) >= len(long):
            return True
    return False


@cache
def listed(name: str) -> dict[str, dict[str, list[str]]]:
    """chain → {"terms": …, "anchors": …} of a list of terms."""
    chains: dict[str, dict[str, list[str]]] = {}
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            chain = chains.setdefault(row["chain"], {"terms": [], "anchors": []})
            if row["kind"] in KINDS:
                chain["terms"].append(row["term"])
            elif row["kind"] == "anchor":
                chain["anchors"].append(row["term"])
    return chains


def texts_of(chain: DraftChain) -> list[str]:
    return [item.text for gap in chain.gaps for item in gap.requirements]


def text_of(path: Path) -> str:
    if not path.is_file():
        pytest.skip("the policy text is not here: put it at ../shared/seeds beside the repository to measure")
    return path.read_text(encoding="utf-8")


@cache
def seed_chains() -> dict[str, DraftChain]:
    drafts = draft_chains(text_of(SEED))
    return {f"C{number:02d}": chain for number, chain in enumerate(drafts, start=1)}


@cache
def profile_words(code: str) -> tuple[str, ...]:
    path = next((ROOT / "data" / "chains").glob(f"{code[1:]}-*.yaml"))
    asked = [r for gap in read_chain_profile(path).gaps for r in gap.requirements if r.level != "must_not"]
    return tuple(word for r in asked for word in (r.text, *r.synonyms))


def seed_figures(codes: list[str]) -> tuple[float, float]:
    terms = found = drafted = right = 0
    for code in codes:
        texts, wanted = texts_of(seed_chains()[code]), listed("policy_terms.tsv")[code]["terms"]
        known = [*wanted, *profile_words(code)]
        terms, found = terms + len(wanted), found + sum(is_covered(term, texts) for term in wanted)
        drafted, right = drafted + len(texts), right + sum(is_covered(text, known) for text in texts)
    return found / terms, right / drafted


def test_cover_is_the_same_text_or_one_that_holds_at_least_half_of_the_other() -> None:
    assert is_covered("La—Mg—Ni系", ["la-mg-ni系"])
    assert is_covered("电解铜箔", ["高档电解铜箔"])
    assert is_covered("高档电解铜箔", ["铜箔", "解铜箔"])  # 3 of 6
    assert not is_covered("高档电解铜箔", ["铜箔"])  # 2 of 6
    assert not is_covered("铜箔", ["铝箔"])


def test_seed_text_gives_its_ten_chains_with_names_and_targets() -> None:
    chains = seed_chains()
    assert [chain.section for chain in chains.values()] == [f"二（{n}）" for n in "一二三四五六七八九十"]
    assert chains["C03"].name == "铜铝合金及深加工"
    outputs = [chain.target.output_yi for chain in chains.values() if chain.target]
    assert outputs == [1000, 1000, 1000, 1000, 100, 1000, 1000, 100, 100, 1000]
    assert {chain.target.year for chain in chains.values() if chain.target} == {2020}


@pytest.mark.parametrize(
    ("codes", "least_recall", "least_precision"),
    [
        ([f"C{n:02d}" for n in range(1, 11)], 0.9, 0.8),
        ([f"C{n:02d}" for n in range(1, 6)], 0.9, 0.8),
        ([f"C{n:02d}" for n in range(6, 11)], 0.85, 0.8),
    ],
    ids=["all", "C01-C05", "C06-C10"],
)
def test_drafts_of_the_seed_text_agree_with_its_terms(
    codes: list[str], least_recall: float, least_precision: float
) -> None:
    recall, precision = seed_figures(codes)
    assert recall >= least_recall, f"recall {recall:.3f}"
    assert precision >= least_precision, f"precision {precision:.3f}"


def test_drafts_of_the_seed_text_name_its_enterprises_and_no_others() -> None:
    for code, chain in seed_chains().items():
        found = {SAME_ENTERPRISE.get(anchor.name, anchor.name) for anchor in chain.anchors}
        assert found == set(listed("policy_terms.tsv")[code]["anchors"]), code


def test_the_tax_rebates_of_part_three_become_no_gap() -> None:
    assert not any("税" in text for chain in seed_chains().values() for text in texts_of(chain))


def second_chains() -> dict[str, DraftChain]:
    return {chain.name: chain for chain in draft_chains(text_of(SECOND))}


def test_second_text_gives_its_five_chains() -> None:
    assert list(second_chains()) == list(listed("second_policy_terms.tsv"))


def test_drafts_of_the_second_text_agree_with_its_terms() -> None:
    terms = found = drafted = right = 0
    for name, chain in second_chains().items():
        texts, wanted = texts_of(chain), listed("second_policy_terms.tsv")[name]["terms"]
        terms, found = terms + len(wanted), found + sum(is_covered(term, texts) for term in wanted)
        drafted, right = drafted + len(texts), right + sum(is_covered(text, wanted) for text in texts)
    assert found / terms >= 0.8
    assert right / drafted >= 0.7


def test_drafts_of_the_second_text_name_its_enterprises_and_no_others() -> None:
    for name, chain in second_chains().items():
        assert {a.name for a in chain.anchors} == set(listed("second_policy_terms.tsv")[name]["anchors"]), (
            name
        )


def test_second_text_sets_the_year_for_another_figure_so_targets_have_none() -> None:
    targets = [chain.target for chain in second_chains().values()]
    assert [target and (target.output_yi, target.year) for target in targets] == [
        (3000, None), None, None, (1000, None), (1000, None),
    ]  # fmt: skip


@pytest.mark.parametrize("path", [SEED, SECOND], ids=["seed", "second"])
def test_every_requirement_stands_in_the_words_that_its_gap_quotes(path: Path) -> None:
    text = text_of(path)
    for chain in draft_chains(text):
        for gap in chain.gaps:
            # (gaps of one enumeration that goes on over commas quote all of it)
            quote = re.sub(r"[（(][^（()）]*[)）]", "", text[gap.start : gap.end])
            assert [item.text for item in gap.requirements if item.text not in quote] == []
