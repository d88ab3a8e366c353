"""The worker: order, endings, stopping, and what a server left behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from models import Job
from service.actors import Actor
from service.db import Database
from service.errors import InvalidInput, NotFound
from service.jobs.runner import FAILED, JobRunner, JobStopped, Progress
from service.operations.jobs import AlreadyRunning, actor_of_job, add_job, find_open_job, get_job

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
WHO = Actor("wang", "curator", user_id=3, display_name="王", address="10.0.0.1")
Body = Callable[[Job, Progress], dict[str, Any]]


def runner_of(database: Database, starts: bool = False, **tasks: Body) -> JobRunner:
    return JobRunner(database, dict(tasks), lambda: NOW, starts=starts)


def put(database: Database, kind: str, **params: Any) -> int:
    with database.session() as session:
        return add_job(session, WHO, kind, params).id


def state_of(database: Database, job_id: int) -> Job:
    with database.reading() as session:
        return get_job(session, job_id)


def test_jobs_are_done_in_their_order_for_whoever_asked(database: Database) -> None:
    done: list[tuple[str, Any]] = []

    def note(job: Job, progress: Progress) -> dict[str, Any]:
        done.append((actor_of_job(job).login, job.params["n"]))
        return {"n": job.params["n"]}

    numbers = [put(database, "note", n=n) for n in (1, 2, 3)]
    assert runner_of(database, note=note).run_waiting() == 3
    assert done == [("wang", 1), ("wang", 2), ("wang", 3)]
    job = state_of(database, numbers[1])
    assert (job.state, job.result, job.started_at, job.ended_at) == ("done", {"n": 2}, NOW, NOW)
    assert actor_of_job(job) == WHO


def test_failure_is_told_and_the_next_job_is_done(database: Database) -> None:
    def refuse(job: Job, progress: Progress) -> dict[str, Any]:
        raise InvalidInput("file x: is empty: save it again")

    def break_down(job: Job, progress: Progress) -> dict[str, Any]:
        raise ZeroDivisionError

    numbers = [put(database, kind) for kind in ("refuse", "break_down", "unknown", "fine")]
    runner_of(database, refuse=refuse, break_down=break_down, fine=lambda *_: {}).run_waiting()
    jobs = [state_of(database, number) for number in numbers]
    assert [(job.state, job.error) for job in jobs] == [
        ("failed", "file x: is empty: save it again"),
        ("failed", FAILED),
        ("failed", FAILED),
        ("done", ""),
    ]


def test_running_job_stops_at_its_next_step(database: Database) -> None:
    steps: list[int] = []

    def walk(job: Job, progress: Progress) -> dict[str, Any]:
        for step in range(5):
            progress.tell("walk", step, 5)
            steps.append(step)
            if step == 1:
                runner.stop(job.id)
        return {}

    runner = runner_of(database, walk=walk)
    number = put(database, "walk")
    runner.run_waiting()
    assert steps == [0, 1]
    assert state_of(database, number).state == "stopped"
    assert runner.progress_of(number) is None


def test_how_far_a_job_is_can_be_seen_while_it_runs(database: Database) -> None:
    seen: list[tuple[str, int, int | None]] = []

    def walk(job: Job, progress: Progress) -> dict[str, Any]:
        progress.tell("walk", 3, 7)
        other = runner.progress_of(job.id)
        assert other is not None
        seen.append((other.stage, other.done, other.total))
        return {}

    runner = runner_of(database, walk=walk)
    put(database, "walk")
    runner.run_waiting()
    assert seen == [("walk", 3, 7)]


def test_waiting_job_is_taken_out_of_line(database: Database) -> None:
    runner = runner_of(database, fine=lambda *_: {})
    number = put(database, "fine")
    runner.stop(number)
    assert runner.run_waiting() == 0
    assert state_of(database, number).state == "stopped"
    runner.stop(number)  # once more does no harm
    with pytest.raises(NotFound):
        runner.stop(999)


def test_same_work_is_not_put_in_line_twice(database: Database) -> None:
    put(database, "fine", upload=1)
    put(database, "fine", upload=2)
    with pytest.raises(AlreadyRunning):
        put(database, "fine", upload=1)
    runner_of(database, fine=lambda *_: {}).run_waiting()
    put(database, "fine", upload=1)
    with database.reading() as session:
        assert find_open_job(session, "fine") is not None


def test_server_takes_up_what_an_earlier_one_left_running(database: Database) -> None:
    with database.session() as session:
        job = add_job(session, WHO, "fine", {})
        job.state = "running"  # as a server leaves it that is switched off
    runner = runner_of(database, starts=False, fine=lambda *_: {"again": True})
    assert runner.run_waiting() == 0
    runner.resume()
    assert runner.run_waiting() == 1
    assert state_of(database, job.id).result == {"again": True}


def test_thread_begins_with_the_first_job_and_goes_on(database: Database) -> None:
    runner = runner_of(database, starts=True, fine=lambda *_: {})
    for _ in range(2):
        number = put(database, "fine")
        runner.wake()
        deadline = time.monotonic() + 20
        while state_of(database, number).state != "done" and time.monotonic() < deadline:
            time.sleep(0.02)
        assert state_of(database, number).state == "done"


def test_stopping_is_an_interruption() -> None:
    progress = Progress()
    progress.stop.set()
    with pytest.raises(InterruptedError):
        progress.tell("x", 0, None)
    assert issubclass(JobStopped, InterruptedError)
