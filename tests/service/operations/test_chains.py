from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Gap
from service.errors import NotFound, PermissionDenied
from service.operations.chains import get_chain, list_chains, published_gaps, seed_chains
from service.operations.gaps import current_wording, get_gap
from service.readers.chain_profile import ChainProfile, parse_chain_profile, read_chain_profile
from service.shipped import chain_profile_paths
from tests.service.conftest import CURATOR, VIEWER

REF = {"section": "二（三）", "quote": "发展高档电解铜箔"}


def profile(**changes: Any) -> ChainProfile:
    """A chain with two links (the first feeds the second), an anchor, a site and two gaps."""
    content: dict[str, Any] = {
        "format": 1,
        "code": "C03",
        "name": "铜产业链",
        "name_en": "Copper",
        "document": "opinion",
        "target": {"output_class": "千亿", "output_yi": 1000, "year": 2020, "ref": REF},
        "summary": "由冶炼向深加工延伸。",
        "links": [
            {
                "code": "C03-L01",
                "name": "冶炼",
                "name_en": "Smelting",
                "position": "upstream",
                "feeds": ["C03-L02"],
            },
            {"code": "C03-L02", "name": "加工", "name_en": "Processing", "position": "midstream"},
        ],
        "anchors": [
            {"name": "白银公司", "place": "白银市", "role": "骨干企业", "links": ["C03-L01"], "ref": REF}
        ],
        "sites": [{"name": "产业园", "place": "兰州市", "ref": REF}],
        "gaps": [gap("C03-G01", "铜箔", "高档电解铜箔"), gap("C03-G02", "铜管", "特种铜管")],
    }
    return parse_chain_profile(content | changes, "test")


def gap(code: str, title: str, text: str, **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "title": title,
        "title_en": title,
        "kind": "fill",
        "link": "C03-L02",
        "need": f"引进{text}生产企业。",
        "requirements": [{"id": "R1", "text": text, "synonyms": ["锂电铜箔"]}],
        "refs": [REF],
    } | changes


def test_seeded_chain_is_read_back_whole(session: Session) -> None:
    report = seed_chains(session, CURATOR, [profile()])[0]

    assert report.added
    assert report.gaps_added == ("C03-G01", "C03-G02")
    chain = get_chain(session, "c03")
    assert [link.code for link in chain.links] == ["C03-L01", "C03-L02"]
    assert [fed.code for fed in chain.links[0].feeds] == ["C03-L02"]
    assert [(anchor.name, anchor.link_codes) for anchor in chain.anchors] == [("白银公司", ["C03-L01"])]
    assert [site.place for site in chain.sites] == ["兰州市"]
    wording = current_wording(get_gap(session, "C03-G01"))
    assert (wording.version, wording.status, wording.link.name) == (1, "published", "加工")
    assert [(row.req_id, row.text, row.synonyms) for row in wording.requirements] == [
        ("R1", "高档电解铜箔", ["锂电铜箔"])
    ]


def test_seeding_the_same_profile_again_changes_nothing(session: Session) -> None:
    seed_chains(session, CURATOR, [profile()])
    again = seed_chains(session, CURATOR, [profile()])[0]

    assert not again.added
    assert (again.gaps_added, again.gaps_changed, again.gaps_unchanged) == ((), (), 2)
    assert current_wording(get_gap(session, "C03-G01")).version == 1


def test_changed_wording_becomes_a_new_version_and_the_old_one_is_kept(session: Session) -> None:
    seed_chains(session, CURATOR, [profile()])
    changed = profile(gaps=[gap("C03-G01", "铜箔", "超薄电解铜箔"), gap("C03-G02", "铜管", "特种铜管")])
    report = seed_chains(session, CURATOR, [changed])[0]

    assert report.gaps_changed == ("C03-G01",)
    versions = session.scalars(select(Gap).where(Gap.code == "C03-G01")).one().versions
    assert [(v.version, v.is_current, v.requirements[0].text) for v in versions] == [
        (1, False, "高档电解铜箔"),
        (2, True, "超薄电解铜箔"),
    ]


def test_gap_that_left_the_profile_is_archived_and_comes_back_published(session: Session) -> None:
    seed_chains(session, CURATOR, [profile()])
    report = seed_chains(session, CURATOR, [profile(gaps=[gap("C03-G01", "铜箔", "高档电解铜箔")])])[0]
    session.expire_all()

    assert report.gaps_archived == ("C03-G02",)
    assert [g.code for g in published_gaps(get_chain(session, "C03"))] == ["C03-G01"]
    seed_chains(session, CURATOR, [profile()])
    session.expire_all()
    assert [g.code for g in published_gaps(get_chain(session, "C03"))] == ["C03-G01", "C03-G02"]


def test_link_that_left_the_profile_is_archived_because_old_wordings_stand_at_it(session: Session) -> None:
    seed_chains(session, CURATOR, [profile()])
    one_link = [{"code": "C03-L01", "name": "冶炼", "name_en": "Smelting", "position": "upstream"}]
    gaps = [gap("C03-G01", "铜箔", "高档电解铜箔", link="C03-L01")]
    seed_chains(session, CURATOR, [profile(links=one_link, gaps=gaps)])
    session.expire_all()

    assert [link.code for link in get_chain(session, "C03").links] == ["C03-L01"]
    old = session.scalars(select(Gap).where(Gap.code == "C03-G01")).one().versions[0]
    assert (old.link.code, old.link.is_archived) == ("C03-L02", True)


def test_chains_come_in_the_order_they_were_seeded(session: Session) -> None:
    first = profile(code="C09", name="甲链", gaps=[gap("C09-G01", "甲", "疫苗")])
    seed_chains(session, CURATOR, [first, profile()])

    assert [chain.code for chain in list_chains(session)] == ["C09", "C03"]


def test_viewer_may_not_seed(session: Session) -> None:
    with pytest.raises(PermissionDenied, match=r"李四 \(viewer\)"):
        seed_chains(session, VIEWER, [profile()])


def test_unknown_chain_names_the_known_ones(session: Session) -> None:
    with pytest.raises(NotFound, match="lianzhao seed"):
        get_chain(session, "C01")
    seed_chains(session, CURATOR, [profile()])
    with pytest.raises(NotFound, match="known are C03"):
        get_chain(session, "C01")


def test_unknown_gap_names_near_codes(session: Session) -> None:
    seed_chains(session, CURATOR, [profile()])
    with pytest.raises(NotFound, match=r"C03-G01, C03-G02|C03-G02, C03-G01"):
        get_gap(session, "C03-G0")


def test_the_ten_shipped_profiles_seed_twice_without_a_change(session: Session) -> None:
    profiles = [read_chain_profile(path) for path in chain_profile_paths()]
    first = seed_chains(session, CURATOR, profiles)
    second = seed_chains(session, CURATOR, profiles)

    assert [report.chain for report in first] == [f"C{number:02d}" for number in range(1, 11)]
    assert all(len(report.gaps_added) >= 15 for report in first)
    assert [(r.gaps_added, r.gaps_changed, r.gaps_archived) for r in second] == [((), (), ())] * 10
