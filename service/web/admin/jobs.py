"""How far a job is, as a part that htmx asks for every second; stopping it."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from service.app import service
from service.operations.jobs import OPEN_STATES, get_job
from service.web.access import local_path, needs
from service.web.responses import is_partial


@needs("company.import")
def show_job(job_id: int) -> Response:
    """How far the job is; when it is over, the page around is loaded anew. Raises NotFound."""
    with service().database.reading() as session:
        job = get_job(session, job_id)
    response = make_response(
        render_template("_job.html", job=job, progress=service().jobs.progress_of(job_id))
    )
    if is_partial() and job.state not in OPEN_STATES:
        response.headers["HX-Refresh"] = "true"
    return response


@needs("company.import")
def stop_job(job_id: int) -> Response:
    """Stop a job at its next step; nothing of it is stored. Raises NotFound."""
    with service().database.reading() as session:
        get_job(session, job_id)
    service().jobs.stop(job_id)
    return redirect(local_path(request.referrer or "/"), 303)
