"""Words for the lists of events: states, invitations, stages, fields, what changed; in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from service.i18n import mark, translate

STATE_LABELS = {
    "draft": mark("draft"),
    "review": mark("in review"),
    "approved": mark("approved"),
    "issued": mark("issued"),
    "closed": mark("closed"),
}
STATE_ACTIONS = {
    ("draft", "review"): mark("Submit for review"),
    ("review", "draft"): mark("Take back to draft"),
    ("review", "approved"): mark("Approve"),
    ("approved", "draft"): mark("Take back to draft"),
    ("approved", "issued"): mark("Issue"),
    ("issued", "draft"): mark("Take back to draft"),
    ("issued", "closed"): mark("Close"),
    ("closed", "issued"): mark("Open again"),
}
ENTRY_STATUS_LABELS = {"in": mark("on the list"), "waiting": mark("waiting"), "out": mark("not on the list")}
LOCK_LABELS = {"in": mark("locked in"), "out": mark("locked out"), "": mark("no lock")}
INVITE_LABELS = {
    "planned": mark("to be invited"),
    "invited": mark("invited"),
    "confirmed": mark("confirmed"),
    "declined": mark("declined"),
    "attended": mark("attended"),
}
STAGE_LABELS = {
    "": mark("no contact yet"),
    "lead": mark("lead"),
    "contact": mark("in contact"),
    "visit": mark("site visit"),
    "negotiation": mark("in negotiation"),
    "precheck": mark("preliminary review"),
    "signed": mark("signed"),
    "started": mark("construction begun"),
    "producing": mark("in production"),
    "ended": mark("ended"),
}
SESSION_LABELS = {
    "presentation": mark("presentation"),
    "forum": mark("forum"),
    "signing": mark("signing"),
    "visit": mark("visit"),
}
RUN_STATE_LABELS = {
    "matching": mark("being matched"),
    "optimal": mark("proven best"),
    "feasible": mark("best found in time"),
    "infeasible": mark("rules contradict each other"),
    "unknown": mark("no answer in time"),
}
VERSION_KIND_LABELS = {
    "solve": mark("selected anew"),
    "edit": mark("kept by hand"),
    "state": mark("change of state"),
}
OUTCOME_LABELS = {"hit": mark("hit"), "miss": mark("miss"), "open": mark("still open")}
DIFFERENCE_LABELS = {
    "added": mark("came on the list"),
    "removed": mark("left the list"),
    "moved": mark("another gap"),
    "changed": mark("edited"),
}
FIELD_LABELS = {
    "status": mark("standing"),
    "gap_code": mark("gap"),
    "order": mark("place"),
    "lock": mark("lock"),
    "lock_note": mark("reason of the lock"),
    "note": mark("note"),
    "invite_status": mark("invitation"),
    "stage": mark("stage"),
    "stage_on": mark("day of the stage"),
    "cooperation": mark("proposed cooperation"),
    "channel": mark("channel"),
    "lead_official": mark("leader in charge"),
    "duty_unit": mark("unit in charge"),
    "duty_person": mark("person in charge"),
    "next_action": mark("next step"),
    "due_on": mark("due on"),
    "amount_intended_wan": mark("intended amount"),
    "amount_signed_wan": mark("signed amount"),
    "amount_arrived_wan": mark("amount arrived"),
}
UNKNOWN_LABELS = {
    "careful": mark("counts against the rule"),
    "count": mark("counts as met"),
    "ignore": mark("does not count"),
    "leave_out": mark("left out"),
}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "status": ENTRY_STATUS_LABELS,
    "lock": LOCK_LABELS,
    "invite_status": INVITE_LABELS,
    "stage": STAGE_LABELS,
}


def value_in_words(language: str, field: str, value: Any) -> str:
    """A value of an entry's field as a comparison or a conflict tells it; — for nothing."""
    if value is None or value == "":
        return "—"
    labels = _VALUES.get(field, {})
    if value in labels:
        return translate(language, labels[value])
    if isinstance(value, Decimal) or field.endswith("_wan"):
        return translate(language, mark("{amount} × 10,000 yuan"), amount=f"{Decimal(value):,.2f}")
    return value.isoformat() if isinstance(value, date) else str(value)


def stored_change_sentence(language: str, row: Mapping[str, Any]) -> str:
    """What became of one company in a version, from what the version keeps."""
    names = [other["name"] for other in row["because"]]
    values = {
        "name": row["name"],
        "before": row["gap_before"],
        "after": row["gap_after"],
        "because": ("、" if language == "zh" else ", ").join(names),
    }
    if row["kind"] == "added" and names:
        return translate(language, mark("Added {name} for {after} because {because} declined."), **values)
    texts = {
        "added": mark("Added {name} for {after}."),
        "declined": mark("{name} declined ({before})."),
        "removed": mark("{name} is no longer invited ({before})."),
        "moved": mark("{name} is invited for {after} instead of {before}."),
    }
    text = texts[row["kind"]]
    return translate(language, text, **values)
