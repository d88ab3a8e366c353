"""Forms of events over the API: exports as files, edited workbooks as a preview and then for good."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, jsonify, request
from spectree import Response as Responses
from spectree import SpecTree

from service.api import schemas
from service.api.problems import RequestInvalid
from service.app import language_of_request, service
from service.form_import_records import FormPreview, preview_as_json
from service.operations.event_answers import answer_question
from service.operations.event_form_imports import import_form
from service.readers.form_presets import list_form_presets
from service.readers.form_workbooks import read_form
from service.shipped import form_preset_paths
from service.web.access import current_actor, needs
from service.web.candidates import today
from service.web.event_forms import download_event_form, download_invitation, taken_options

UPLOAD = "file"
# What takes a file, and so no JSON.
UPLOADS = frozenset({"api.preview_event_form", "api.apply_event_form"})


def add_forms(api: Blueprint, spec: SpecTree, named: dict[str, Any]) -> None:
    """Serve the endpoints of forms from `api`; `named` are the errors that all endpoints share."""

    def told(model: Any = None) -> Any:
        return spec.validate(resp=Responses(HTTP_200=model, **named), tags=["forms"])

    api.get("/forms")(told(schemas.PresetList)(list_forms))
    api.get("/events/<code>/forms/<preset>")(told()(download_event_form))
    api.get("/events/<code>/invitations/<company>")(told()(download_invitation))
    edits = needs("event.edit")  # outside: the types of the views are read in their own module
    api.post("/events/<code>/forms/preview")(edits(told()(preview_event_form)))
    api.post("/events/<code>/forms/apply")(edits(told()(apply_event_form)))
    api.post("/events/<code>/answers")(edits(told(schemas.AnswerOut)(store_answer)))


def list_forms() -> dict[str, Any]:
    """The forms that there are."""
    return {
        "forms": [
            {"code": p.code, "name": p.name, "name_en": p.name_en, "extension": p.extension}
            for p in list_form_presets(form_preset_paths())
        ]
    }


def preview_event_form(code: str) -> Response:
    """What an edited form (multipart, `file`) would change. Nothing is stored."""
    return jsonify(preview_as_json(_taken(code, dry_run=True), language_of_request()))


def apply_event_form(code: str) -> Response:
    """Take over an edited form: all of it, or with any problem or undecided conflict (`take`) nothing."""
    return jsonify(preview_as_json(_taken(code, dry_run=False), language_of_request()))


def store_answer(code: str, json: schemas.AnswerIn) -> dict[str, Any]:
    """Take down what a company answered to a question of its talking points."""
    with service().database.session() as session:
        answer = answer_question(
            session,
            current_actor(),
            code,
            json.company,
            json.question,
            json.text,
            said_by=json.said_by,
            said_on=json.said_on or today(),
        )
    return {
        "company": answer.company,
        "question": answer.code,
        "field": answer.field,
        "old": answer.old,
        "new": answer.new,
        "is_indexed": answer.is_indexed,
    }


def _taken(code: str, *, dry_run: bool) -> FormPreview:
    upload = request.files.get(UPLOAD)
    if upload is None or not upload.filename:
        raise RequestInvalid(
            [{"place": UPLOAD, "value": "", "reason": "send the edited xlsx as multipart/form-data"}]
        )
    file = read_form(io.BytesIO(upload.stream.read()), upload.filename)
    with service().database.session() as session:
        return import_form(
            session,
            current_actor(),
            file,
            today=today(),
            event_code=code,
            dry_run=dry_run,
            **taken_options(),
        )
