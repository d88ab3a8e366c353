from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from service import match_inputs
from service.match_inputs import iterate_profiles
from tests.factories import make_company


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_companies_are_read_whole_across_chunks(
    session: Session, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(match_inputs, "_CHUNK", 2)
    ids = [
        make_company(session, f"企业{n}", external_id=f"K{n}", products=[("铜箔", 0.5)]).external_id
        for n in reversed(range(count))
    ]

    profiles = list(iterate_profiles(session))

    assert [profile.id for profile in profiles] == sorted(ids)
    assert all(profile.products[0].revenue_share == 0.5 for profile in profiles)


def test_reading_companies_leaves_the_callers_rows_alone(session: Session) -> None:
    company = make_company(session)
    company.name = "改名"
    assert [profile.name for profile in iterate_profiles(session)] == ["改名"]
    assert company in session
    company.name = "再改名"
    session.flush()
    assert [profile.name for profile in iterate_profiles(session)] == ["再改名"]
