"""What the kinds of jobs do. Each calls operations and stores all or nothing."""

from __future__ import annotations

from typing import Any

from models import Job
from service.config import Config
from service.db import Database
from service.engines import EngineRoom
from service.jobs.runner import Progress, Task
from service.operations.audit import record_audit
from service.operations.import_run import ImportReport
from service.operations.import_uploads import file_of, get_upload, mapping_of, report_counts, store_trial
from service.operations.imports import import_companies
from service.operations.index_releases import (
    build_index,
    discard_index,
    remove_old_releases,
    use_index,
)
from service.operations.jobs import actor_of_job

TRY_IMPORT, IMPORT, BUILD_INDEX = "import.try", "import.store", "index.build"


def make_tasks(config: Config, database: Database, engines: EngineRoom, clock: Any) -> dict[str, Task]:
    """The tasks of one server."""

    def try_import(job: Job, progress: Progress) -> dict[str, Any]:
        with database.session() as session:
            report = _import(session, job, progress, dry_run=True)
            upload = get_upload(session, actor_of_job(job), job.params["upload"])
            store_trial(session, config.uploads_folder, upload, report)
        return report_counts(report)

    def store_import(job: Job, progress: Progress) -> dict[str, Any]:
        with database.session() as session:
            report = _import(session, job, progress, dry_run=False)
            upload = get_upload(session, actor_of_job(job), job.params["upload"])
            upload.batch_id = report.batch_id
        return {**report_counts(report), "batch": report.batch_id}

    def _import(session: Any, job: Job, progress: Progress, *, dry_run: bool) -> ImportReport:
        actor = actor_of_job(job)
        upload = get_upload(session, actor, job.params["upload"])
        return import_companies(
            session,
            actor,
            file_of(config.uploads_folder, upload),
            file_name=upload.file_name,
            source=upload.source,
            kind=upload.kind,
            mapping=mapping_of(upload),
            dry_run=dry_run,
            progress=lambda done, total: progress.tell("import", done, total),
            should_stop=progress.stop.is_set,
        )

    def rebuild_index(job: Job, progress: Progress) -> dict[str, Any]:
        actor = actor_of_job(job)
        with database.reading() as session:
            built = build_index(
                session, actor, engines.embedder, config.index_folder, now=clock(), progress=progress.tell
            )
        try:
            with database.session() as session:
                release = use_index(session, actor, built)
                remove_old_releases(session, config.index_folder)
                told = {"companies": (None, release.company_count)}
                record_audit(session, actor, "index.built", release, told)
        except BaseException:
            discard_index(config.index_folder, built)
            raise
        return {"name": release.name, "companies": release.company_count, "seconds": round(built.seconds)}

    return {TRY_IMPORT: try_import, IMPORT: store_import, BUILD_INDEX: rebuild_index}
