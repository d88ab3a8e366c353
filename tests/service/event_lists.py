"""Events with a list, as the database holds them, for tests of what is made of a list."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models import Event, EventEntry
from service.actors import Actor
from service.operations.events import add_event, new_entry
from service.readers.event_plan import parse_event_plan
from tests.factories import make_chain, make_company, make_gap

ORGANISER = Actor("王五", "organiser")
COLLEAGUE = Actor("赵六", "organiser")
PLAN = {
    "format": 1,
    "code": "LS2027",
    "name": "民企陇上行",
    "edition": "示例届",
    "organiser": {"hosts": ["省商务厅"], "undertakers": ["市人民政府"]},
    "start_on": "2027-05-18",
    "end_on": "2027-05-20",
    "place": "兰州市",
    "seats": 60,
    "in_play": [{"chain": "CU"}],
}


def said(code: str, zh: str, en: str) -> dict[str, str]:
    """A sentence as entries keep it."""
    return {"code": code, "zh": zh, "en": en}


def make_event(session: Session, **plan: Any) -> Event:
    """A stored event over a chain CU with one gap, CU-01."""
    chain = make_chain(session, name="铜铝合金及深加工")
    make_gap(session, chain, "CU-01", title="高档电解铜箔", requirements=["电解铜箔", ("表面处理", "should")])
    return add_event(session, ORGANISER, parse_event_plan({**PLAN, **plan}, "event.yaml"))


def make_entry(session: Session, event: Event, name: str, **fields: Any) -> EventEntry:
    """A stored entry of a company of this name, with reasons, a quote, a question and a caution."""
    company = {key: fields.pop(key) for key in ("uscc", "stock_code", "city", "employees") if key in fields}
    products = fields.pop("products", [("电解铜箔", 0.62), ("铜带", 0.2)])
    row = new_entry(
        session, event, make_company(session, name, products=products, **company).external_id, status="in"
    )
    values: dict[str, Any] = {
        "gap_code": "CU-01",
        "gap_title": "高档电解铜箔",
        "chain_code": "CU",
        "position": row.id,
        "probability": 0.8125,
        "band": "A",
        "gap_rank": 1,
        "reasons": [
            said("serves_gap", "拟邀对接缺口CU-01。", "Invited for CU-01."),
            said("evidence", f"{name}生产“电解铜箔”。", f"{name} makes “电解铜箔”."),
        ],
        "evidence": [
            {
                "requirement": "电解铜箔",
                "status": "met",
                "field": "product_names",
                "quote": "电解铜箔",
                "start": 0,
                "end": 4,
            }
        ],
        "questions": [said("ownership", "控股类型是什么？", "Who controls it?")],
        "cautions": [said("stale_data", "资料截至2021年。", "The facts are from 2021.")],
        **fields,
    }
    for field, value in values.items():
        setattr(row, field, value)
    session.flush()
    return row
