"""The worker: one thread of the server that does the jobs of the table one after the other.

One thread, because the machine has two cores and a page should still be answered. It starts with the first
job. What a server left running when it ended is put in line again by the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Any, Protocol

from matching.errors import MatchingError
from models import Job
from service.db import Database
from service.errors import ServiceError
from service.operations.jobs import end_job, put_back_left_behind, stop_waiting, take_job

_log = logging.getLogger(__name__)
FAILED = "The server failed on this; the reason is in its log."


class JobStopped(ServiceError, InterruptedError):
    """Somebody stopped the job; nothing of it was stored."""


@dataclass(slots=True)
class Progress:
    """How far a running job is. Written by the worker, read by pages."""

    stage: str = ""
    done: int = 0
    total: int | None = None
    stop: Event = field(default_factory=Event)

    def tell(self, stage: str, done: int, total: int | None) -> None:
        """Note how far the job is. Raises JobStopped when somebody wants it to end."""
        self.stage, self.done, self.total = stage, done, total
        if self.stop.is_set():
            raise JobStopped("stopped; nothing was stored")


class Task(Protocol):
    """What a kind of job does: gives its result, or raises; stores all or nothing."""

    def __call__(self, job: Job, progress: Progress) -> dict[str, Any]: ...


class JobRunner:
    """The jobs of one server. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        tasks: dict[str, Task],
        clock: Callable[[], datetime],
        *,
        starts: bool = True,
    ) -> None:
        self._database = database
        self._tasks = tasks
        self._clock = clock
        self._starts = starts
        self._running: dict[int, Progress] = {}
        self._lock = Lock()
        self._wanted = Event()
        self._thread: Thread | None = None

    def wake(self) -> None:
        """There is a job in line: see to it. To be called when the transaction that added it is committed."""
        self._wanted.set()
        with self._lock:
            if self._starts and self._thread is None:
                self._thread = Thread(target=self._work, name="jobs", daemon=True)
                self._thread.start()

    def resume(self) -> None:
        """Take up what an earlier server left behind or in line. To be called once, at its start."""
        with self._database.session() as session:
            if put_back_left_behind(session):
                _log.warning("jobs that an earlier server left behind are taken up again")
        self.wake()

    def progress_of(self, job_id: int) -> Progress | None:
        """How far a job is that this server is running."""
        return self._running.get(job_id)

    def stop(self, job_id: int) -> None:
        """Stop a job: at once where it waits, at its next step where it runs. Raises NotFound."""
        progress = self._running.get(job_id)
        if progress is not None:
            progress.stop.set()  # without the database: an import may hold its lock
            return
        with self._database.session() as session:
            stop_waiting(session, job_id, self._clock())

    def run_waiting(self) -> int:
        """Do all jobs in line, here and now; gives their number."""
        count = 0
        while (job := self._take()) is not None:
            self._do(job)
            count += 1
        return count

    def _work(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self.run_waiting()
            except Exception:  # noqa: BLE001  the thread must live on: the next job wakes it
                _log.exception("the worker could not take or end a job")

    def _take(self) -> Job | None:
        with self._database.session() as session:
            job = take_job(session, self._clock())
            if job is not None:
                self._running[job.id] = Progress()
            return job

    def _do(self, job: Job) -> None:
        state, result, error = "failed", None, FAILED
        try:
            result = self._tasks[job.kind](job, self._running[job.id])
            state, error = "done", ""
        except InterruptedError:
            state, error = "stopped", ""
        except (ServiceError, MatchingError) as err:
            error = str(err)
        except Exception:  # noqa: BLE001  whatever it was, the job has ended and the log says why
            _log.exception("job %s (%s) failed", job.id, job.kind)
        finally:
            try:
                with self._database.session() as session:
                    end_job(session, job.id, state, self._clock(), result=result, error=error)
            finally:
                del self._running[job.id]
