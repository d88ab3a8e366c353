"""Forms of an event: downloads, and edited workbooks that are shown before they are taken over."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.app import language_of_request, service
from service.errors import Conflict, InvalidInput, NotFound, status_code
from service.form_import_records import FormPreview, shown_value
from service.form_problems import UnusableForm
from service.i18n import mark
from service.kept_uploads import drop_upload, keep_upload, read_upload
from service.operations.event_exports import export_form
from service.operations.event_form_imports import Take, import_form
from service.operations.events import get_event
from service.operations.invitations import draft_invitation
from service.readers.compliance_rules import read_compliance_rules
from service.readers.form_presets import get_form_preset, list_form_presets
from service.readers.form_workbooks import MAX_FILE_BYTES, read_form
from service.shipped import compliance_rules_path, form_preset_paths
from service.web.access import current_actor, needs
from service.web.candidates import today
from service.web.events import event_context
from service.web.formats import say
from service.writers.forms import MIME_TYPES, file_name, write_form
from service.writers.invitations import write_invitation

_TAKEN = mark("{count} changes made.")
_NO_FILE = mark("Choose the edited xlsx file first.")


@needs("event.view")
def show_event_forms(code: str) -> AnyResponse:
    """The forms of the event to download, and where an edited one is handed in."""
    return _page(code)


@needs("event.view")
def download_event_form(code: str, preset: str) -> Response:
    """A form of the event as a file."""
    wanted = get_form_preset(form_preset_paths(), preset)
    with service().database.session() as session:
        export = export_form(
            session,
            current_actor(),
            wanted,
            code,
            read_compliance_rules(compliance_rules_path()),
            today=today(),
            language=language_of_request(),
            version=request.args.get("version", type=int),
        )
    target = io.BytesIO()
    write_form(export.form, target)
    answer = as_download(target, file_name(export.form), wanted.extension)
    answer.headers["X-LianZhao-Compliance-Findings"] = str(len(export.findings))
    return answer


@needs("event.edit")
def download_invitation(code: str, company: str) -> Response:
    """The invitation of a company as a letter."""
    with service().database.session() as session:
        letter = draft_invitation(
            session,
            current_actor(),
            code,
            company,
            read_compliance_rules(compliance_rules_path()),
            today=today(),
        )
    target = io.BytesIO()
    write_invitation(letter, target)
    return as_download(target, f"{letter.title}_{letter.company}.docx", ".docx")


@needs("event.edit")
def preview_event_form(code: str) -> AnyResponse:
    """What an edited form would change; the file is kept until somebody decides."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _page(code, problem=say(_NO_FILE), status=422)
    content = upload.stream.read(MAX_FILE_BYTES + 1)
    name = upload.filename
    try:
        preview = _taken(code, content, name, dry_run=True)
    except UnusableForm as err:
        return _page(code, problem=err.sentence(language_of_request()), status=422)
    key = keep_upload(_folder(), _owner(), content)
    return _page(code, preview=preview, key=key)


@needs("event.edit")
def apply_event_form(code: str) -> AnyResponse:
    """Take over what the preview showed."""
    key, name = request.form.get("key", ""), request.form.get("name", "form.xlsx")
    content = read_upload(_folder(), _owner(), key)
    try:
        done = _taken(code, content, name, dry_run=False)
    except (Conflict, InvalidInput) as err:
        # The list moved on, or a conflict is undecided: the preview says it anew.
        preview = _taken(code, content, name, dry_run=True)
        return _page(code, preview=preview, key=key, problem=str(err), status=status_code(err))
    drop_upload(_folder(), _owner(), key)
    flash(say(_TAKEN, count=len(done.changes)))
    return redirect(url_for("pages.show_event_forms", code=code), 303)


def as_download(content: io.BytesIO, name: str, extension: str) -> Response:
    """A finished file as a download, its Chinese name in filename*; nothing keeps a copy on the way."""
    content.seek(0)
    answer = send_file(
        content, mimetype=MIME_TYPES[extension], as_attachment=True, download_name=name, max_age=0
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.direct_passthrough = False  # the description of the API reads what it checks
    return answer


def taken_options() -> dict[str, Any]:
    """What decides conflicts and added rows, as the form states it. Raises InvalidInput."""
    take = request.form.get("take") or None
    if take not in (None, "theirs", "yours"):
        raise InvalidInput(f"take {take!r}: write theirs or yours")
    decided: Take | None = "theirs" if take == "theirs" else "yours" if take == "yours" else None
    return {"take": decided, "add_rows": request.form.get("add_rows") in ("1", "true", "on")}


def _taken(code: str, content: bytes, name: str, *, dry_run: bool) -> FormPreview:
    file = read_form(io.BytesIO(content), name)
    options = taken_options()
    if dry_run:
        options["take"] = None  # conflicts are always shown
    with service().database.session() as session:
        return import_form(
            session, current_actor(), file, today=today(), event_code=code, dry_run=dry_run, **options
        )


def _page(
    code: str, *, preview: FormPreview | None = None, key: str = "", problem: str = "", status: int = 200
) -> AnyResponse:
    language = language_of_request()
    with service().database.reading() as session:
        event = get_event(session, code)
        page = render_template(
            "events/forms.html",
            **event_context(event, "forms"),
            presets=list_form_presets(form_preset_paths()),
            preview=preview,
            key=key,
            problem=problem,
            shown=lambda field, value: shown_value(field, value, language) or "—",
            words=language,
        )
    return Response(page, status=status)


def _folder() -> Any:
    return service().config.home / "uploads"


def _owner() -> int:
    owner = current_actor().user_id
    if owner is None:
        raise NotFound("an upload needs an account: sign in first")
    return owner
