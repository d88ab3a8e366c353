"""Jobs: put in line in the transaction of whoever asks, taken up after it, written down when they end.

While an import runs it holds the one write lock of SQLite, so how far it is cannot be written down meanwhile:
counts and the wish to stop live in the worker (service/jobs/runner.py), start and end in the table.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Job
from service.actors import Actor
from service.errors import Conflict, NotFound

OPEN_STATES = ("waiting", "running")


class AlreadyRunning(Conflict):
    """The same work is under way."""


def add_job(session: Session, actor: Actor, kind: str, params: dict[str, Any]) -> Job:
    """A job in line. Raises AlreadyRunning where one of the same kind and parameters is not over yet."""
    for job in session.scalars(select(Job).where(Job.kind == kind, Job.state.in_(OPEN_STATES))):
        if job.params == params:
            raise AlreadyRunning(f"job {job.id} ({kind}) does this already: wait for it, or stop it")
    told = {
        "login": actor.login,
        "role": actor.role,
        "user_id": actor.user_id,
        "display_name": actor.display_name,
        "region_code": actor.region_code,
        "address": actor.address,
    }
    job = Job(kind=kind, params=params, actor=told)
    session.add(job)
    session.flush()
    return job


def take_job(session: Session, now: datetime) -> Job | None:
    """The oldest job in line, now running; None where there is none."""
    job = session.scalar(
        select(Job).where(Job.state == "waiting").order_by(Job.id).limit(1).with_for_update(skip_locked=True)
    )
    if job is not None:
        job.state, job.started_at = "running", now
        session.flush()
    return job


def end_job(
    session: Session,
    job_id: int,
    state: str,
    now: datetime,
    *,
    result: dict[str, Any] | None = None,
    error: str = "",
) -> None:
    """Write down how a job ended: done, failed or stopped."""
    job = get_job(session, job_id)
    job.state, job.ended_at, job.result, job.error = state, now, result, error
    session.flush()


def stop_waiting(session: Session, job_id: int, now: datetime) -> bool:
    """Take a job out of line; False where it is not in line any more."""
    job = get_job(session, job_id)
    if job.state != "waiting":
        return False
    job.state, job.ended_at = "stopped", now
    session.flush()
    return True


def put_back_left_behind(session: Session) -> int:
    """Put jobs in line again that a server left running when it ended; gives their number.

    Safe, because every job stores all or nothing. Called by a server before it takes jobs.
    """
    statement = update(Job).where(Job.state == "running").values(state="waiting", started_at=None)
    left = list(session.scalars(select(Job.id).where(Job.state == "running")))
    session.execute(statement)
    return len(left)


def get_job(session: Session, job_id: int) -> Job:
    """One job. Raises NotFound."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound(f"job {job_id}: not found")
    return job


def find_open_job(session: Session, kind: str) -> Job | None:
    """The job of this kind that is not over, if any."""
    return session.scalar(select(Job).where(Job.kind == kind, Job.state.in_(OPEN_STATES)).limit(1))


def find_last_job(session: Session, kind: str) -> Job | None:
    """The latest job of this kind, if any."""
    return session.scalar(select(Job).where(Job.kind == kind).order_by(Job.id.desc()).limit(1))


def actor_of_job(job: Job) -> Actor:
    """For whom the job works."""
    return Actor(**job.actor)
