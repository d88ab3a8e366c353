"""The state of the company base and of its index, and the button that builds the index."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from service.app import service
from service.i18n import mark
from service.jobs.tasks import BUILD_INDEX
from service.operations.data_state import STALE_YEARS, get_data_state
from service.operations.jobs import AlreadyRunning, add_job, find_last_job
from service.web.access import current_actor, needs
from service.web.formats import say

_BUSY = mark("The index is being built already.")


@needs("company.import")
def show_data() -> str:
    """Companies by source, year and province with how many are old; what the index lacks."""
    with service().database.reading() as session:
        state = get_data_state(session, service().clock().astimezone().date())
        job = find_last_job(session, BUILD_INDEX)
        return render_template(
            "admin_data.html",
            state=state,
            job=job,
            progress=service().jobs.progress_of(job.id) if job else None,
            stale_years=STALE_YEARS,
        )


@needs("index.build")
def build_index() -> Response:
    """Build the index behind the page."""
    try:
        with service().database.session() as session:
            add_job(session, current_actor(), BUILD_INDEX, {})
    except AlreadyRunning:
        flash(say(_BUSY))
    service().jobs.wake()
    return redirect(url_for("pages.show_data"), 303)
