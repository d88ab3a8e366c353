"""What the pages of events put into words: filters for templates, names of form fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.app import language_of_request
from service.event_labels import ATTRIBUTE_LABELS, VALUE_LABELS
from service.event_list_labels import (
    DIFFERENCE_LABELS,
    ENTRY_STATUS_LABELS,
    FIELD_LABELS,
    INVITE_LABELS,
    LOCK_LABELS,
    OUTCOME_LABELS,
    RUN_STATE_LABELS,
    SESSION_LABELS,
    STAGE_LABELS,
    STATE_ACTIONS,
    STATE_LABELS,
    UNKNOWN_LABELS,
    VERSION_KIND_LABELS,
    stored_change_sentence,
    value_in_words,
)
from service.event_list_records import Said
from service.i18n import translate
from service.web.formats import labelled, say

EVENT_FORM_FIELDS = ("name", "edition", "place", "start_on", "seats", "sensitivity")


def said(sentence: Said) -> str:
    """A sentence of an entry in the language of the page."""
    return sentence.text(language_of_request())


def told(field: str, value: Any) -> str:
    """A value of an entry's field in words."""
    return value_in_words(language_of_request(), field, value)


def change_told(row: Any) -> str:
    """What became of a company in a version."""
    return stored_change_sentence(language_of_request(), row)


def state_action(start: str, to: str) -> str:
    """What the button says that takes a list from one state to another."""
    return say(STATE_ACTIONS[start, to])


def rule_values(attribute: str, values: list[str]) -> str:
    """The values of a rule in words."""
    labels = VALUE_LABELS.get(attribute, {})
    language = language_of_request()
    words = [translate(language, labels[value]) if value in labels else value for value in values]
    return ("、" if language == "zh" else ", ").join(words)


def rule_limit(rule: Any) -> str:
    """The limit of a stored rule as it is typed: 10 or 40%."""
    return str(rule.count) if rule.count is not None else f"{(rule.share_0_1 or 0) * 100:g}%"


FILTERS: dict[str, Callable[..., Any]] = {
    "said": said,
    "change_told": change_told,
    "rule_limit": rule_limit,
    "event_state": labelled(STATE_LABELS),
    "entry_status": labelled(ENTRY_STATUS_LABELS),
    "entry_lock": labelled(LOCK_LABELS),
    "invitation": labelled(INVITE_LABELS),
    "stage": labelled(STAGE_LABELS),
    "session_kind": labelled(SESSION_LABELS),
    "run_state": labelled(RUN_STATE_LABELS),
    "version_kind": labelled(VERSION_KIND_LABELS),
    "outcome": labelled(OUTCOME_LABELS),
    "difference": labelled(DIFFERENCE_LABELS),
    "entry_field": labelled(FIELD_LABELS),
    "rule_attribute": labelled(ATTRIBUTE_LABELS),
    "unknowns": labelled(UNKNOWN_LABELS),
}
GLOBALS: dict[str, Any] = {
    "told": told,
    "rule_values": rule_values,
    "state_action": state_action,
    "INVITE_STATUSES": tuple(INVITE_LABELS),
    "STAGES": tuple(STAGE_LABELS),
    "ENTRY_STATUSES": tuple(ENTRY_STATUS_LABELS),
    "UNKNOWN_KINDS": tuple(UNKNOWN_LABELS),
}
