"""Whatever curators do in whatever order: nothing is published without a second pair of eyes, and what was
published never changes.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from models import Base, GapVersion
from service.actors import Actor
from service.db import open_database
from service.errors import ServiceError
from service.gap_content import GapContent, RequirementContent
from service.operations.gap_editing import discard_draft, edit_gap, rebase_draft, restore_version
from service.operations.gap_publishing import (
    archive_gap,
    publish_gap,
    return_gap,
    submit_gap,
    withdraw_gap,
)
from service.operations.gap_versions import get_gap_with_versions, working_version
from service.operations.gap_wordings import content_of
from tests.service.operations.gap_rows import CODE, LI, NOW, TERMS, WANG, at_work, published_gap

SUN = Actor("孙", "curator")
people = st.sampled_from([WANG, LI, SUN])
words = st.sampled_from(["电解铜箔", "覆铜板", "铜管", "铜排"])


class GapLife(RuleBasedStateMachine):
    """One gap, three curators, the four-eyes rule on."""

    publications = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = open_database(f"sqlite:///{Path(self.folder.name) / 'life.sqlite3'}")
        Base.metadata.create_all(self.database.engine)
        self.session = Session(self.database.engine, expire_on_commit=False)
        self.minutes = 0
        self.submitted_by: dict[int, str] = {}
        self.published: dict[int, GapContent] = {}

    @initialize()
    def publish_the_first(self) -> None:
        gap = published_gap(self.session)
        self.published = {1: content_of(gap.versions[0])}

    def do(self, deed: Any, *given: Any, stale: bool = False, **named: Any) -> GapVersion | None:
        """The deed, or nothing where it is refused: then all is as before."""
        self.minutes += 1
        gap = get_gap_with_versions(self.session, CODE)
        read = at_work(gap)
        if stale:
            read["revision"] -= 1
        before = self.state()
        try:
            with self.session.begin_nested():
                done: GapVersion | None = deed(self.session, *given, **read, **named)
            return done
        except ServiceError:
            self.session.expire_all()
            assert self.state() == before
            return None

    def state(self) -> list[tuple[Any, ...]]:
        gap = get_gap_with_versions(self.session, CODE)
        return [(row.version, row.status, row.is_current, content_of(row)) for row in gap.versions]

    def now(self) -> Any:
        return NOW + timedelta(minutes=self.minutes)

    @rule(who=people, word=words, stale=st.booleans(), submits=st.booleans())
    def edit(self, who: Actor, word: str, stale: bool, submits: bool) -> None:
        content = content_of(working_version(get_gap_with_versions(self.session, CODE)))
        rows = (RequirementContent("", word), *content.requirements[1:2])
        content = replace(content, title=word, requirements=rows)
        self.do(edit_gap, who, CODE, content, stale=stale, now=self.now())
        if submits:
            self.submit(who)

    @rule(who=people)
    def submit(self, who: Actor) -> None:
        done = self.do(submit_gap, who, CODE, now=self.now())
        if done is not None:
            self.submitted_by[done.version] = who.login

    @rule(who=people)
    def withdraw(self, who: Actor) -> None:
        self.do(withdraw_gap, who, CODE)

    @rule(who=people)
    def send_back(self, who: Actor) -> None:
        self.do(return_gap, who, CODE, reason="改")

    @rule(who=people, stale=st.booleans())
    def publish(self, who: Actor, stale: bool) -> None:
        done = self.do(
            publish_gap,
            who,
            CODE,
            stale=stale,
            now=self.now(),
            four_eyes=True,
            known_terms=TERMS,
            reason="已核对",
        )
        if done is not None:
            assert who.login != self.submitted_by[done.version]
            self.published[done.version] = content_of(done)
            GapLife.publications += 1

    @rule(writer=people, reviewer=people, word=words)
    def go_straight(self, writer: Actor, reviewer: Actor, word: str) -> None:
        """The usual way, so that the walks come to wordings that are in force."""
        self.edit(writer, word, stale=False, submits=True)
        self.publish(reviewer, stale=False)

    @rule(who=people, old=st.integers(1, 4))
    def restore(self, who: Actor, old: int) -> None:
        self.do(restore_version, who, CODE, old, now=self.now())

    @rule(who=people)
    def rebase(self, who: Actor) -> None:
        self.do(rebase_draft, who, CODE, now=self.now())

    @rule(who=people)
    def discard(self, who: Actor) -> None:
        self.do(discard_draft, who, CODE)

    @rule(who=people)
    def archive(self, who: Actor) -> None:
        def archived(session: Session, *, version: int, revision: int) -> GapVersion:
            return archive_gap(session, who, CODE, version=version, now=self.now(), reason="已引进")

        self.do(archived)

    @invariant()
    def published_wordings_stay_as_they_were(self) -> None:
        if not self.published:
            return
        gap = get_gap_with_versions(self.session, CODE)
        rows = {row.version: row for row in gap.versions if row.status in ("published", "archived")}
        assert {number: content_of(row) for number, row in rows.items()} == self.published

    @invariant()
    def what_is_in_force_was_published_last(self) -> None:
        if not self.published:
            return
        gap = get_gap_with_versions(self.session, CODE)
        assert [row.version for row in gap.versions if row.is_current] == [max(self.published)]

    @invariant()
    def two_people_stand_behind_every_published_wording(self) -> None:
        if not self.published:
            return
        for row in get_gap_with_versions(self.session, CODE).versions:
            if row.version > 1 and row.status in ("published", "archived"):
                assert row.submitted_by is not None
                assert row.published_by is not None
                assert row.submitted_by != row.published_by

    def teardown(self) -> None:
        self.session.close()
        self.database.close()
        self.folder.cleanup()


def test_no_path_publishes_alone_or_changes_what_was_published() -> None:
    GapLife.publications = 0
    run_state_machine_as_test(
        GapLife,
        settings=settings(
            max_examples=40,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    assert GapLife.publications > 3  # else the walks never came to what they are to prove
