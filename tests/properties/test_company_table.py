"""What holds for any profile on disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from matching.index.companies import CompanyTable
from matching.records import CompanyProfile
from tests.properties.strategies import profiles


@given(st.lists(profiles, max_size=4))
def test_profiles_come_back_as_they_were(companies: list[CompanyProfile]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert CompanyTable.write(companies, Path(folder) / "companies") == len(companies)
        table = CompanyTable.load(Path(folder) / "companies")
        assert [table.get(ordinal) for ordinal in range(len(table))] == companies
        assert table.ids == [some.id for some in companies]
