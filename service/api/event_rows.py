"""Events and their lists as JSON: the shape that the API and the command line share."""

from __future__ import annotations

from typing import Any

from models import Event, EventListVersion, EventRun
from service.event_json import event_as_json, out_as_json
from service.event_list_labels import stored_change_sentence
from service.event_list_records import EventList, entry_as_json, plain
from service.event_records import EventSelection
from service.operations.event_changes import ApplyReport
from service.operations.event_followup import Board, Ledger
from service.operations.event_meetings import MeetingBoard
from service.operations.event_solving import WhyOut
from service.operations.event_versions import ListDifference
from service.operations.events import EventSummary
from service.readers.event_plan import EventPlan

FORMAT = 1


def summary_as_json(row: EventSummary) -> dict[str, Any]:
    """A line of the list of events."""
    event = row.event
    return {
        "code": event.code,
        "name": event.name,
        "edition": event.edition,
        "organisation": event.organisation,
        "start_on": event.start_on.isoformat(),
        "place": event.place,
        "seats": event.seats,
        "state": event.state,
        "selected": row.selected,
        "waiting": row.waiting,
        "declined": row.declined,
        "attended": row.attended,
        "versions": row.versions,
    }


def stored_event_as_json(event: Event, plan: EventPlan) -> dict[str, Any]:
    """An event with its plan; `row_version` is what a change of it must say that it saw."""
    return {
        "format": FORMAT,
        "code": event.code,
        "state": event.state,
        "row_version": event.row_version,
        "updated_by": event.updated_by,
        "updated_at": event.updated_at.isoformat(),
        "plan": plan.model_dump(mode="json"),
    }


def list_as_json(found: EventList) -> dict[str, Any]:
    """A list with all its entries."""
    known: dict[str, Any] = plain(found)
    return {"format": FORMAT, **known, "entries": [entry_as_json(entry) for entry in found.entries]}


def run_line_as_json(run: EventRun) -> dict[str, Any]:
    """A run without its answer."""
    return {
        "number": run.number,
        "state": run.state,
        "as_of": run.as_of.isoformat(),
        "why": run.why,
        "keeps_others": run.keeps_others,
        "created_by": run.created_by,
        "created_at": run.created_at.isoformat(),
        "receipt": run.receipt,
    }


def run_as_json(run: EventRun, found: EventSelection | None, language: str) -> dict[str, Any]:
    """A run with its answer as `lianzhao event solve` words it."""
    known = {"run": run_line_as_json(run)}
    return known | (event_as_json(found, language) if found else {})


def version_as_json(version: EventListVersion, language: str) -> dict[str, Any]:
    """A version without its entries."""
    return {
        "number": version.number,
        "kind": version.kind,
        "state": version.state,
        "run": version.run.number if version.run else None,
        "why": version.why,
        "created_by": version.created_by,
        "created_at": version.created_at.isoformat(),
        "receipt": version.receipt,
        "changes": [{**row, "text": stored_change_sentence(language, row)} for row in version.changes],
    }


def difference_as_json(found: ListDifference) -> dict[str, Any]:
    """What differs between two versions."""
    return {
        "format": FORMAT,
        "before": found.before.version,
        "after": found.after.version if found.after.is_frozen else None,
        "rows": [
            {
                "kind": row.kind,
                "company": row.company_id,
                "name": row.company_name,
                "changes": plain(row.changes),
            }
            for row in found.rows
        ],
    }


def report_as_json(report: ApplyReport) -> dict[str, Any]:
    """What became of a set of edits."""
    known: dict[str, Any] = plain(report)
    return {"format": FORMAT, **known}


def why_as_json(found: WhyOut, language: str) -> dict[str, Any]:
    """Why a company is not on the list."""
    return {
        **out_as_json(found.explained, found.event, language),
        "removed_by": found.removed_by,
        "removed_why": found.removed_why,
    }


def board_as_json(board: Board) -> dict[str, Any]:
    """The follow-up of a list."""
    return {
        "format": FORMAT,
        "event": board.event_list.code,
        "invitations": board.invitations,
        "stages": board.stages,
        "overdue": [entry_as_json(entry) for entry in board.overdue],
        "intended_wan": str(board.intended_wan),
        "signed_wan": str(board.signed_wan),
        "arrived_wan": str(board.arrived_wan),
    }


def ledger_as_json(ledger: Ledger) -> dict[str, Any]:
    """The outcomes of a list with its precision."""
    return {
        "format": FORMAT,
        "event": ledger.event.code,
        "version": ledger.version,
        "issued_on": plain(ledger.issued_on),
        "precision": plain(ledger.precision),
        "expected_hits": ledger.expected_hits,
        "intended_wan": str(ledger.intended_wan),
        "signed_wan": str(ledger.signed_wan),
        "arrived_wan": str(ledger.arrived_wan),
        "outcomes": plain(ledger.outcomes),
    }


def meetings_as_json(board: MeetingBoard) -> dict[str, Any]:
    """The timetable: one row a meeting."""
    return {
        "format": FORMAT,
        "slots": [{"number": slot.number, "label": slot.label} for slot in board.slots],
        "meetings": [
            {
                "slot": meeting.slot.number,
                "time": meeting.slot.label,
                "owner": meeting.owner,
                "table": meeting.table_number,
                "company": meeting.entry.company_external_id,
                "name": meeting.entry.company_name,
                "gap": meeting.gap_code,
            }
            for key in sorted(board.meetings)
            for meeting in board.meetings[key]
        ],
    }
