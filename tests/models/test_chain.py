"""Chains with their links, feeds, anchors and sites."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Anchor, Base, Chain, ChainLink, ChainLinkFeed, Site
from models.chain import POSITIONS
from tests.factories import REF, make_chain, make_gap


def anchor(chain: Chain, name: str = "金川集团") -> Anchor:
    return Anchor(chain=chain, name=name, place="金昌", role="链主", link_codes=["mining"], ref=REF)


def site(chain: Chain, name: str = "金昌园区") -> Site:
    return Site(chain=chain, name=name, place="金昌", ref=REF)


def rows_left(session: Session) -> dict[str, int]:
    counts = {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("position", POSITIONS)
def test_every_position_is_accepted(session: Session, position: str) -> None:
    chain = make_chain(session, links=("mining",))
    chain.links[0].position = position
    session.flush()
    assert session.scalar(select(ChainLink.position)) == position


def test_unknown_position_is_refused(session: Session) -> None:
    chain = make_chain(session, links=("mining",))
    chain.links[0].position = "sideways"
    with pytest.raises(IntegrityError, match="ck_chain_link_position"):
        session.flush()


def test_chain_code_is_taken_once(session: Session) -> None:
    make_chain(session, "CU")
    with pytest.raises(IntegrityError, match=r"uq_chain_code|chain\.code"):
        make_chain(session, "CU", name="另一条链")


def test_link_code_is_taken_once_in_a_chain(session: Session) -> None:
    with pytest.raises(IntegrityError, match=r"uq_chain_link_chain_id_code|chain_link\.code"):
        make_chain(session, links=("mining", "mining"))


def test_two_chains_may_have_links_of_one_code(session: Session) -> None:
    make_chain(session, "CU", links=("mining",))
    make_chain(session, "AL", links=("mining",))
    assert session.scalar(select(func.count()).select_from(ChainLink)) == 2


def test_link_cannot_feed_itself(session: Session) -> None:
    chain = make_chain(session)
    chain.links[0].feeds = [chain.links[0]]
    with pytest.raises(IntegrityError, match="ck_chain_link_feed_no_loop"):
        session.flush()


def test_feeds_come_in_the_order_of_the_chain(session: Session) -> None:
    chain = make_chain(session, links=("mining", "smelting", "foil"))
    mining, smelting, foil = chain.links
    mining.feeds = [foil, smelting]
    session.flush()
    session.expire_all()
    assert [link.code for link in mining.feeds] == ["smelting", "foil"]
    assert smelting.feeds == []


def test_archived_link_is_no_longer_a_link_of_the_chain_but_stays(session: Session) -> None:
    chain = make_chain(session, links=("mining", "smelting"))
    chain.links[1].is_archived = True
    session.flush()
    session.expire_all()
    assert [link.code for link in chain.links] == ["mining"]
    assert session.scalar(select(func.count()).select_from(ChainLink)) == 2


@pytest.mark.parametrize("make", [anchor, site])
def test_name_of_anchor_and_site_is_taken_once_in_a_chain(session: Session, make: type) -> None:
    chain = make_chain(session)
    session.add_all([make(chain, "金川"), make(chain, "金川")])
    with pytest.raises(IntegrityError, match=r"uq_(anchor|site)_chain_id_name|(anchor|site)\.name"):
        session.flush()


def test_deleted_chain_takes_all_that_is_its_own(session: Session) -> None:
    chain = make_chain(session)
    chain.links[0].feeds = [chain.links[1]]
    session.add_all([anchor(chain), site(chain)])
    make_gap(session, chain)
    kept = make_chain(session, "AL", links=("bauxite",))
    session.expire_all()
    session.delete(chain)
    session.flush()
    assert rows_left(session) == {"chain": 1, "chain_link": 1}
    assert session.scalars(select(Chain)).one() is kept


def test_deleted_link_takes_its_feeds_on_both_sides(session: Session) -> None:
    chain = make_chain(session, links=("mining", "smelting", "foil"))
    mining, smelting, foil = chain.links
    mining.feeds, smelting.feeds = [smelting, foil], [foil]
    session.flush()
    session.execute(delete(ChainLink).where(ChainLink.id == smelting.id))
    left = session.execute(select(ChainLinkFeed.from_link_id, ChainLinkFeed.to_link_id)).all()
    assert left == [(mining.id, foil.id)]


def test_link_with_a_gap_cannot_be_deleted(session: Session) -> None:
    chain = make_chain(session)
    make_gap(session, chain)
    with pytest.raises(IntegrityError, match=r"fk_gap_version_link_id_chain_link|FOREIGN KEY"):
        session.execute(delete(ChainLink).where(ChainLink.id == chain.links[0].id))


def test_link_of_no_chain_is_refused(session: Session) -> None:
    session.add(ChainLink(chain_id=99, code="x", name="x", name_en="x", position="upstream"))
    with pytest.raises(IntegrityError, match=r"fk_chain_link_chain_id_chain|FOREIGN KEY"):
        session.flush()
