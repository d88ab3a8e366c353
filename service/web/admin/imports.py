"""Imports: upload, choose columns, try, store, see what became of the rows, undo."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

from flask import Response as FlaskResponse
from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from models import ImportUpload
from models.company import PROVENANCE_KINDS
from service.app import language_of_request, service
from service.errors import NotFound
from service.i18n import mark
from service.jobs.tasks import IMPORT, TRY_IMPORT
from service.operations.import_undo import AlreadyUndone, can_be_undone, undo_import
from service.operations.import_uploads import (
    ColumnTwice,
    choose_columns,
    discard_upload,
    file_of,
    find_upload_of,
    forget_old_uploads,
    get_upload,
    keep_upload,
    list_uploads,
    mapping_of,
    read_columns,
    trial_issues,
)
from service.operations.imports import get_import_batch, list_import_batches, list_import_issues
from service.operations.jobs import OPEN_STATES, AlreadyRunning, add_job, get_job
from service.readers.company_columns import COLUMN_BY_FIELD, COLUMNS
from service.readers.company_issues import UnusableFile
from service.web.access import current_actor, needs
from service.web.admin.issues import page_of_issues
from service.web.formats import say
from service.writers.company_files import (
    TEMPLATE_NAME,
    write_rejected_rows,
    write_template_csv,
    write_template_xlsx,
)

BATCHES_SHOWN = 50
_NO_FILE = mark("Choose a file first.")
_TWICE = mark("“{column}” was chosen for two columns: choose it for one only.")
_DISCARDED = mark("{file}: discarded; nothing of it was stored.")
_BUSY = mark("This is under way already.")
_UNDONE = mark(
    "The import is undone: {restored} companies have their earlier facts again, {removed} were removed."
)
_KEPT = mark(
    "{count} were left as they are, because they were changed since or something refers to them: {names}"
)
_ALREADY = mark("This import was undone before.")


@needs("company.import")
def show_imports() -> Response:
    """What was imported, what is on its way, and the form for another file."""
    return _list_page("")


@needs("company.import")
def upload_import() -> Response:
    """Keep the file and lead on to its columns; or the form again with what is wrong with the file."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _list_page(say(_NO_FILE))
    try:
        with service().database.session() as session:
            forget_old_uploads(session, service().config.uploads_folder, service().clock())
            upload = keep_upload(
                session,
                current_actor(),
                service().config.uploads_folder,
                cast(BinaryIO, sent.stream),
                sent.filename,
                source=request.form.get("source", ""),
                kind=request.form.get("kind", "self"),
            )
    except UnusableFile as error:
        return _list_page(error.sentence(language_of_request()))
    return redirect(url_for("pages.show_upload", upload_id=upload.id), 303)


@needs("company.import")
def show_upload(upload_id: int) -> Response:
    """An uploaded file: its columns, then what the trial found. Raises NotFound."""
    with service().database.reading() as session:
        upload = get_upload(session, current_actor(), upload_id)
        if upload.batch_id:
            return redirect(url_for("pages.show_import", batch_id=upload.batch_id), 303)
        return _upload_page(session, upload, "")


@needs("company.import")
def try_import(upload_id: int) -> Response:
    """Take the columns as chosen and try the import without storing anything. Raises NotFound."""
    headers, fields = request.form.getlist("header"), request.form.getlist("field")
    chosen = dict(zip(headers, fields, strict=False))
    try:
        with service().database.session() as session:
            upload = get_upload(session, current_actor(), upload_id)
            choose_columns(session, current_actor(), upload, chosen)
            job = add_job(session, current_actor(), TRY_IMPORT, {"upload": upload.id})
            upload.job_id = job.id
    except ColumnTwice as error:
        name = COLUMN_BY_FIELD[error.field].chinese
        with service().database.reading() as session:
            upload = get_upload(session, current_actor(), upload_id)
            upload.column_mapping = chosen  # what was chosen stays on the page; it is not stored
            return _upload_page(session, upload, say(_TWICE, column=name))
    except AlreadyRunning:
        flash(say(_BUSY))
    service().jobs.wake()
    return redirect(url_for("pages.show_upload", upload_id=upload_id), 303)


@needs("company.import")
def store_import(upload_id: int) -> Response:
    """Store what the trial promised. Raises NotFound."""
    try:
        with service().database.session() as session:
            upload = get_upload(session, current_actor(), upload_id)
            job = add_job(session, current_actor(), IMPORT, {"upload": upload.id})
            upload.job_id = job.id
    except AlreadyRunning:
        flash(say(_BUSY))
    service().jobs.wake()
    return redirect(url_for("pages.show_upload", upload_id=upload_id), 303)


@needs("company.import")
def discard_import(upload_id: int) -> Response:
    """Forget an uploaded file. Raises NotFound."""
    with service().database.session() as session:
        upload = get_upload(session, current_actor(), upload_id)
        discard_upload(session, current_actor(), service().config.uploads_folder, upload)
    flash(say(_DISCARDED, file=upload.file_name))
    return redirect(url_for("pages.show_imports"), 303)


@needs("company.import")
def save_trial_rejects(upload_id: int) -> FlaskResponse:
    """The rows that the trial rejected, as a file to mend. Raises NotFound, UnusableFile."""
    with service().database.reading() as session:
        upload = get_upload(session, current_actor(), upload_id)
        return _rejects(upload, trial_issues(service().config.uploads_folder, upload))


@needs("company.import")
def show_import(batch_id: int) -> str:
    """One import: numbers, issues row by row, undoing. Raises NotFound."""
    with service().database.reading() as session:
        batch = get_import_batch(session, batch_id)
        return render_template(
            "admin_import.html",
            batch=batch,
            issues=page_of_issues(list_import_issues(session, batch_id)),
            upload=find_upload_of(session, batch_id),
            can_undo=can_be_undone(session, batch),
        )


@needs("company.import")
def save_rejects(batch_id: int) -> FlaskResponse:
    """The rows that an import rejected, as a file to mend. Raises NotFound, UnusableFile."""
    with service().database.reading() as session:
        issues = list_import_issues(session, batch_id, errors_only=True)
        upload = find_upload_of(session, batch_id)
        if upload is None:
            raise NotFound(f"import {batch_id}: its file is not kept; the command line wrote one beside it")
        return _rejects(upload, issues)


@needs("company.import")
def undo(batch_id: int) -> Response:
    """Take an import back. Raises NotFound."""
    try:
        with service().database.session() as session:
            batch = get_import_batch(session, batch_id)
            report = undo_import(session, current_actor(), batch, now=service().clock())
    except AlreadyUndone:
        flash(say(_ALREADY))
    else:
        flash(say(_UNDONE, restored=report.restored, removed=report.removed))
        if report.kept_count:
            names = "、".join((*report.kept_changed, *report.kept_referred)[:10])
            flash(say(_KEPT, count=report.kept_count, names=names))
    return redirect(url_for("pages.show_import", batch_id=batch_id), 303)


@needs("company.import")
def save_template(kind: str) -> FlaskResponse:
    """The empty table to fill in, as xlsx or csv."""
    target = io.BytesIO()
    if kind == "csv":
        write_template_csv(target)
    else:
        write_template_xlsx(target, language_of_request())
    target.seek(0)
    return send_file(target, as_attachment=True, download_name=f"{TEMPLATE_NAME}.{kind}")


def _rejects(upload: ImportUpload, issues: Any) -> FlaskResponse:
    target = io.BytesIO()
    write_rejected_rows(
        file_of(service().config.uploads_folder, upload),
        issues,
        target,
        file_name=upload.file_name,
        mapping=mapping_of(upload),
        language=language_of_request(),
    )
    target.seek(0)
    stem, _, ending = upload.file_name.rpartition(".")
    return send_file(target, as_attachment=True, download_name=f"{stem}-rejected.{ending}", mimetype=None)


def _list_page(problem: str) -> Response:
    with service().database.reading() as session:
        page = render_template(
            "admin_imports.html",
            batches=list_import_batches(session, limit=BATCHES_SHOWN),
            uploads=list_uploads(session, current_actor()),
            problems={"file": problem} if problem else {},
            given=request.form,
            kinds=PROVENANCE_KINDS,
        )
    return make_response(page, 422 if problem else 200)


def _upload_page(session: Session, upload: ImportUpload, problem: str) -> Response:
    job = get_job(session, upload.job_id) if upload.job_id else None
    is_under_way = job is not None and job.state in OPEN_STATES
    folder = service().config.uploads_folder
    page = render_template(
        "admin_upload.html",
        upload=upload,
        columns=[] if is_under_way else read_columns(folder, upload),
        fields=[(c.field, c.chinese if language_of_request() == "zh" else c.english) for c in COLUMNS],
        job=job,
        is_under_way=is_under_way,
        progress=service().jobs.progress_of(job.id) if job else None,
        issues=page_of_issues(trial_issues(folder, upload)) if upload.report else None,
        problem=problem,
    )
    return make_response(page, 422 if problem else 200)
