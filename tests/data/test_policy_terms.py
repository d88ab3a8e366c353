"""The chain profiles in data/chains against the policy text, by way of a list made apart from them.

`policy_terms.tsv` was written from the policy text alone, sentence by sentence, by someone who had not seen
the profiles. A term missing here is a demand of the policy that no gap would ever search for.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import get_args

import pytest

from service.readers.chain_profile import ChainProfile, GapKind, PolicyRef, read_chain_profile

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT.parent / "shared" / "seeds" / "gansu-industrial-chain-opinion.txt"
TERMS = Path(__file__).with_name("policy_terms.tsv")
CHAINS = [f"C{number:02d}" for number in range(1, 11)]
SEARCHABLE = {"product", "process", "technology", "application", "equipment", "service"}
# One enterprise under three names in section two (three) and two (four).
JINCHUAN = {"金川公司", "金川集团公司", "金川集团"}
# Blanks, brackets and dashes: La—Mg—Ni and La-Mg-Ni are one term.
IGNORED = re.compile(r"[\s()\[\]{}<>《》〈〉【】「」『』〔〕“”\"‐‑‒–—―−-]")


@cache
def policy_terms() -> tuple[tuple[str, str, str], ...]:
    with TERMS.open(encoding="utf-8", newline="") as file:
        return tuple((row["chain"], row["kind"], row["term"]) for row in csv.DictReader(file, delimiter="\t"))


@cache
def profiles() -> dict[str, ChainProfile]:
    read = [read_chain_profile(path) for path in sorted((ROOT / "data" / "chains").glob("*.yaml"))]
    return {profile.code: profile for profile in read}


def profile_of(chain: str) -> ChainProfile:
    assert chain in profiles(), f"data/chains has no file with code {chain}"
    return profiles()[chain]


def folded(text: str) -> str:
    return IGNORED.sub("", unicodedata.normalize("NFKC", text).lower())


def is_covered(term: str, texts: set[str], synonyms: set[str]) -> bool:
    """Whether a term is in a requirement text or synonym, or holds a text of at least half its length."""
    if any(term in known for known in texts | synonyms):
        return True
    return any(len(text) >= 2 and 2 * len(text) >= len(term) and text in term for text in texts)


def refs_of(profile: ChainProfile) -> Iterator[tuple[str, PolicyRef]]:
    yield "target", profile.target.ref
    yield from ((f"anchor {anchor.name}", anchor.ref) for anchor in profile.anchors)
    yield from ((f"site {site.name}", site.ref) for site in profile.sites)
    yield from ((f"gap {gap.code}", ref) for gap in profile.gaps for ref in gap.refs)


def test_term_is_covered_by_itself_by_a_longer_text_and_by_its_own_head() -> None:
    assert is_covered(folded("La—Mg—Ni系储氢合金"), {folded("La-Mg-Ni 系储氢合金")}, set())
    assert is_covered("加氢", {"加氢反应器"}, set())
    assert is_covered("汽车制造", {"汽车"}, set())
    assert not is_covered("汽车铝合金轮毂", {"轮毂"}, set())
    assert not is_covered("汽车制造", set(), {"汽车"})


def test_list_has_terms_of_all_ten_chains_and_no_term_twice() -> None:
    assert sorted({chain for chain, _, _ in policy_terms()}) == CHAINS
    keys = [(chain, term) for chain, _, term in policy_terms()]
    assert len(keys) == len(set(keys))


def test_list_names_twenty_five_enterprises() -> None:
    assert len({term for _, kind, term in policy_terms() if kind == "anchor"}) == 25


@pytest.mark.parametrize("chain", CHAINS)
def test_every_term_of_the_policy_is_asked_for_by_a_gap_of_its_chain(chain: str) -> None:
    requirements = [requirement for gap in profile_of(chain).gaps for requirement in gap.requirements]
    texts = {folded(requirement.text) for requirement in requirements}
    synonyms = {folded(synonym) for requirement in requirements for synonym in requirement.synonyms}
    asked = [term for code, kind, term in policy_terms() if code == chain and kind in SEARCHABLE]
    missing = [term for term in asked if not is_covered(folded(term), texts, synonyms)]
    assert not missing, f"{chain} asks for none of: {'、'.join(missing)}"


@pytest.mark.parametrize("chain", CHAINS)
def test_every_enterprise_of_the_policy_is_an_anchor_of_its_chain(chain: str) -> None:
    anchors = {anchor.name for anchor in profile_of(chain).anchors}
    known = anchors | JINCHUAN if anchors & JINCHUAN else anchors
    missing = [
        term
        for code, kind, term in policy_terms()
        if code == chain and kind == "anchor" and term not in known
    ]
    assert not missing, f"{chain} lacks the anchors {'、'.join(missing)}"


@pytest.mark.parametrize("chain", CHAINS)
def test_every_quote_stands_literally_in_the_policy_text(chain: str) -> None:
    if not POLICY.is_file():
        pytest.skip(
            "the policy text is not here: put it at ../shared/seeds beside the repository to check quotes"
        )
    text = POLICY.read_text(encoding="utf-8")
    wrong = [f"{place}: {ref.quote}" for place, ref in refs_of(profile_of(chain)) if ref.quote not in text]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("chain", CHAINS)
def test_chain_has_fifteen_to_thirty_gaps_of_all_five_kinds(chain: str) -> None:
    gaps = profile_of(chain).gaps
    assert 15 <= len(gaps) <= 30
    assert {gap.kind for gap in gaps} == set(get_args(GapKind))


@pytest.mark.parametrize("chain", CHAINS)
def test_links_feed_existing_links_and_never_themselves_in_a_circle(chain: str) -> None:
    feeds = {link.code: set(link.feeds) for link in profile_of(chain).links}
    unknown = {code for targets in feeds.values() for code in targets} - set(feeds)
    assert not unknown, f"{chain} feeds unknown links {sorted(unknown)}"
    try:
        TopologicalSorter(feeds).prepare()
    except CycleError as err:
        pytest.fail(f"{chain} feeds in a circle: {' → '.join(err.args[1])}")
