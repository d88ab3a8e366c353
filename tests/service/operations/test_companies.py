from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from service.errors import Conflict, NotFound
from service.operations.companies import find_companies, get_company
from tests.factories import make_company


@pytest.mark.parametrize(
    "key", ["A600110", "91140000110013061M", "600110", "诺德投资股份有限公司", "诺德股份"]
)
def test_company_is_found_by_id_codes_and_exact_names(session: Session, key: str) -> None:
    make_company(
        session,
        "诺德股份",
        external_id="A600110",
        uscc="91140000110013061M",
        stock_code="600110",
        full_name="诺德投资股份有限公司",
    )
    make_company(session, "嘉元科技")

    assert get_company(session, f" {key} ").external_id == "A600110"


def test_name_of_two_companies_is_a_conflict_that_lists_their_ids(session: Session) -> None:
    make_company(session, "华谊", external_id="X1", full_name="上海华谊")
    make_company(session, "华谊", external_id="X2", full_name="浙江华谊")

    with pytest.raises(Conflict, match=r"X1 \(上海华谊\), X2 \(浙江华谊\)"):
        get_company(session, "华谊")


def test_part_of_a_name_is_not_found_but_suggested(session: Session) -> None:
    make_company(session, "诺德股份", external_id="A600110", full_name="诺德投资股份有限公司")

    with pytest.raises(NotFound, match="near it are A600110 诺德股份"):
        get_company(session, "诺德")


def test_search_puts_the_shortest_name_first_and_takes_signs_literally(session: Session) -> None:
    make_company(session, "铜峰电子", external_id="A1", full_name="甲")
    make_company(session, "铜峰", external_id="A2", full_name="乙")
    make_company(session, "100%铜", external_id="A3", full_name="丙")

    assert [c.external_id for c in find_companies(session, "铜峰")] == ["A2", "A1"]
    assert [c.external_id for c in find_companies(session, "%")] == ["A3"]
    assert find_companies(session, "  ") == []


def test_search_keeps_to_its_limit(session: Session) -> None:
    for number in range(4):
        make_company(session, f"铜{number}")

    assert len(find_companies(session, "铜", limit=3)) == 3
