"""The buttons beside an explanation: who may press them, what they keep, what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import User
from service.actors import COMMAND_LINE
from service.operations.feedback import list_feedback
from tests.service.web.base import FOIL_ID, HOSTILE_ID, Page, fill, make_app, send, service_of, sign_in

GAP = "C03-G13"
CANDIDATE = f"/gaps/{GAP}/candidates/{FOIL_ID}"


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation of its own: these tests write."""
    folder: Path = tmp_path_factory.mktemp("verdicts")
    app = make_app(folder / "home")
    fill(app, folder)
    yield app
    service_of(app).database.close()


@pytest.fixture
def reader(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


def officer(client: FlaskClient, app: Flask, role: str = "officer") -> User:
    return sign_in(client, app, role)


def verdicts(app: Flask, login: str) -> list[tuple[str, str | None, int, bool]]:
    with service_of(app).database.reading() as session:
        rows = list_feedback(session, COMMAND_LINE, ended=True)
        return [(r.verdict, r.reason, r.rank, r.ended_at is None) for r in rows if r.login == login]


def test_a_visitor_is_asked_to_sign_in_and_led_back(reader: FlaskClient) -> None:
    page = Page(reader.get(f"{CANDIDATE}?lang=en").text)
    assert "Sign in to say whether it suits." in page.text()
    assert not any("/verdict" in action for action in page.attribute("action", "form"))
    (link,) = [
        href for href in page.attribute("href", "a") if "next=/gaps" in href or "next=%2Fgaps" in href
    ][:1]
    assert GAP in link
    answer = send(reader, f"{CANDIDATE}/verdict", verdict="suitable")
    assert answer.status_code == 401


def test_who_only_reads_is_told_so(reader: FlaskClient, own_app: Flask) -> None:
    officer(reader, own_app, "viewer")
    assert "Your role reads only" in Page(reader.get(f"{CANDIDATE}?lang=en").text).text()
    assert send(reader, f"{CANDIDATE}/verdict", verdict="suitable").status_code == 403


def test_a_verdict_is_kept_shown_changed_and_withdrawn(reader: FlaskClient, own_app: Flask) -> None:
    login = officer(reader, own_app).login
    here = f"/gaps/{GAP}?open={FOIL_ID}&lang=en"
    answer = send(reader, f"{CANDIDATE}/verdict?lang=en", verdict="suitable", reason="right_fit", here=here)
    assert (answer.status_code, answer.headers["Location"]) == (303, here)
    page = Page(reader.get(here).text)
    assert "Your verdict on 江陵铜箔 is kept: suitable." in page.text()
    assert "Your verdict: suitable; its main product is what is sought" in page.text().replace(" ;", ";")
    assert page.attribute("aria-pressed", "button") == ["true"]
    send(reader, f"{CANDIDATE}/verdict", verdict="unsuitable", reason="too_small", here=here)
    assert verdicts(own_app, login) == [
        ("unsuitable", "too_small", 1, True),
        ("suitable", "right_fit", 1, False),
    ]
    send(reader, f"{CANDIDATE}/verdict/withdraw?lang=en", here=here)
    assert "is withdrawn" in reader.get(here).text
    assert [live for *_, live in verdicts(own_app, login)] == [False, False]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "choose suitable, suits in part or unsuitable"),
        ({"verdict": "unsuitable"}, "choose a reason that goes with the verdict"),
        ({"verdict": "partly", "reason": "other"}, "say in a few words"),
    ],
)
def test_what_a_verdict_lacks_is_said_and_nothing_is_kept(
    reader: FlaskClient, own_app: Flask, fields: dict[str, str], told: str
) -> None:
    login = officer(reader, own_app).login
    answer = send(reader, f"{CANDIDATE}/verdict?lang=en", **fields)
    assert answer.status_code == 303
    assert told in reader.get(f"{answer.headers['Location']}?lang=en").text
    assert verdicts(own_app, login) == []


def test_nobody_is_led_elsewhere(reader: FlaskClient, own_app: Flask) -> None:
    officer(reader, own_app)
    answer = send(reader, f"{CANDIDATE}/verdict", verdict="suitable", here="https://evil.example/")
    assert answer.headers["Location"] == "/"


def test_a_name_and_a_note_are_shown_as_text(reader: FlaskClient, own_app: Flask) -> None:
    officer(reader, own_app)
    place = f"/gaps/{GAP}/candidates/{HOSTILE_ID}"
    here = f"{place}?lang=en"
    send(reader, f"{place}/verdict", verdict="partly", note="<script>alert(3)</script>", here=here)
    html = reader.get(here).text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(3)" in html


def test_a_need_that_was_typed_has_no_verdicts(reader: FlaskClient) -> None:
    page = reader.get("/find?need=高档电解铜箔&lang=en").text
    assert "Does it suit?" not in page
