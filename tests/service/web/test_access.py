"""Who gets in: signing in, sessions by a clock that tests set, forged forms, each form by each role."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from models.account import ROLES
from service.actors import COMMAND_LINE, ROLE_PERMISSIONS, Actor
from service.app import create_app
from service.config import read_config
from service.operations.accounts import add_user
from service.operations.api_tokens import make_token
from service.web.access import PUBLIC, local_path
from tests.service.web.base import PASSWORD, Page, csrf_token, make_app, send, service_of, sign_in

OTHER = "祁连山上的雪化了没有"


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **units: float) -> None:
        self.now += timedelta(**units)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with tables and nothing in them, to copy: making them takes longer than a test."""
    home = tmp_path_factory.mktemp("tables") / "home"
    service_of(make_app(home)).database.close()
    return home


def app_of(tables: Path, home: Path, clock: Clock, access: str) -> Flask:
    shutil.copytree(tables, home)
    config = read_config({"LIANZHAO_EMBEDDER": "hashing"}, home=home, access=access)
    return create_app(config, clock)


@pytest.fixture
def own_app(tables: Path, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """An application without companies, open for reading, by the test's clock."""
    app = app_of(tables, tmp_path / "own", clock, "open")
    yield app
    service_of(app).database.close()


@pytest.fixture
def closed_app(tables: Path, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """An application where everything needs a login."""
    app = app_of(tables, tmp_path / "closed", clock, "login")
    yield app
    service_of(app).database.close()


def is_signed_in(client: FlaskClient) -> bool:
    return 'action="/sign-out"' in client.get("/").text


# Signing in and out


def test_page_names_who_is_signed_in(own_app: Flask) -> None:
    client = own_app.test_client()
    assert not is_signed_in(client)
    sign_in(client, own_app, "officer", display_name="王伟<b>")
    page = Page(client.get("/").text)
    assert "王伟<b>" in page.text()
    assert "/sign-out" in page.attribute("action", "form")


def test_signing_in_leads_back_to_where_the_reader_was(own_app: Flask) -> None:
    client = own_app.test_client()
    sign_in(own_app.test_client(), own_app, "officer", login="wang")
    form = Page(client.get("/sign-in?next=/companies%3Fq%3Dx").text)
    assert "/companies?q=x" in form.attribute("value", "input")
    answer = send(client, "/sign-in", login="wang", password=PASSWORD, next="/companies?q=x")
    assert (answer.status_code, answer.location) == (303, "/companies?q=x")


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\nb"],
)
def test_nobody_is_led_to_another_site(own_app: Flask, address: str) -> None:
    with own_app.test_request_context("/"):
        assert local_path(address) == "/"


def test_page_of_this_site_is_a_path(own_app: Flask) -> None:
    with own_app.test_request_context("/", base_url="http://office:8000"):
        assert local_path("http://office:8000/gaps/C03-G13?x=1") == "/gaps/C03-G13?x=1"
        assert local_path("http://office:8000.evil.example/") == "/"


def test_wrong_password_is_told_without_saying_which_part_is_wrong(own_app: Flask) -> None:
    sign_in(own_app.test_client(), own_app, "officer", login="wang")
    client = own_app.test_client()
    texts = []
    for login in ("wang", "nobody"):
        answer = send(client, "/sign-in", login=login, password="x" * 12)
        assert answer.status_code == 401
        texts.append(Page(answer.text).text())
        assert answer.headers["Cache-Control"] == "no-store"
    assert texts[0] == texts[1]
    assert "账号或密码不正确" in texts[0]


def test_fifth_wrong_password_says_when_to_try_again(own_app: Flask, clock: Clock) -> None:
    sign_in(own_app.test_client(), own_app, "officer", login="wang")
    client = own_app.test_client()
    token = csrf_token(client)
    answers = [
        client.post("/sign-in", data={"login": "wang", "password": "x" * 12, "csrf_token": token})
        for _ in range(5)
    ]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429]
    until = clock.now + timedelta(seconds=30)
    assert f"{until.astimezone():%Y-%m-%d %H:%M:%S}" in answers[4].text
    assert answers[4].headers["Retry-After"] == "30"
    assert send(client, "/sign-in", login="wang", password=PASSWORD).status_code == 429
    clock.forward(seconds=30)
    assert send(client, "/sign-in", login="wang", password=PASSWORD).status_code == 303


def test_signing_out_ends_the_session_on_the_server(own_app: Flask) -> None:
    client = own_app.test_client()
    sign_in(client, own_app, "officer")
    stolen = client.get_cookie("lianzhao_session")
    assert stolen is not None
    assert send(client, "/sign-out").status_code == 303
    assert not is_signed_in(client)
    thief = own_app.test_client()
    thief.set_cookie("lianzhao_session", stolen.value)
    assert not is_signed_in(thief)


def test_session_is_another_after_signing_in(own_app: Flask) -> None:
    client = own_app.test_client()
    planted = csrf_token(client)
    before = client.get_cookie("lianzhao_session")
    sign_in(client, own_app, "officer")
    after = client.get_cookie("lianzhao_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    with client.session_transaction() as session:
        assert planted not in repr(dict(session))
    assert client.post("/sign-out", data={"csrf_token": planted}).status_code == 400


def test_cookie_is_for_this_site_and_no_script(own_app: Flask) -> None:
    client = own_app.test_client()
    answer = client.get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    client = own_app.test_client()
    assert "Secure" in client.get("/sign-in", base_url="https://localhost").headers["Set-Cookie"]


def test_reader_gets_no_cookie_but_the_time_of_the_last_visit(own_app: Flask) -> None:
    assert "Set-Cookie" not in own_app.test_client().get("/find").headers
    cookies = own_app.test_client().get("/").headers.getlist("Set-Cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["lianzhao_visit"]


# Sessions end


def test_idle_session_ends(own_app: Flask, clock: Clock) -> None:
    client = own_app.test_client()
    sign_in(client, own_app, "officer")
    for _ in range(3):
        clock.forward(minutes=59)
        assert is_signed_in(client)
    clock.forward(minutes=60)
    assert "登录已过期" in Page(client.get("/").text).text()
    assert not is_signed_in(client)
    assert "登录已过期" not in client.get("/").text  # said once
    clock.forward(minutes=-30)
    assert not is_signed_in(client)


def test_kept_cookie_of_an_idle_session_is_no_way_in(own_app: Flask, clock: Clock) -> None:
    client = own_app.test_client()
    sign_in(client, own_app, "officer")
    kept = client.get_cookie("lianzhao_session")
    assert kept is not None
    clock.forward(minutes=61)
    thief = own_app.test_client()
    thief.set_cookie("lianzhao_session", kept.value)
    assert not is_signed_in(thief)


def test_busy_session_ends_after_its_hours(own_app: Flask, clock: Clock) -> None:
    client = own_app.test_client()
    sign_in(client, own_app, "officer")
    for _ in range(23):
        clock.forward(minutes=30)
        assert is_signed_in(client)
    clock.forward(minutes=30)
    assert not is_signed_in(client)


# The first password


def test_given_password_must_be_changed_before_anything_else(own_app: Flask) -> None:
    with service_of(own_app).database.session() as session:
        made = add_user(session, COMMAND_LINE, "wang", role="officer")
    client = own_app.test_client()
    answer = send(client, "/sign-in", login="wang", password=made.password, next="/companies")
    assert answer.location == "/account/password"
    assert client.get("/companies").location == "/account/password"
    assert client.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/account/password"
    form = Page(client.get("/account/password").text)
    assert "管理员发放的密码" in form.text()
    token = form.attribute("value", "input")[0]
    wrong = client.post(
        "/account/password", data={"csrf_token": token, "old": "x", "new": OTHER, "again": OTHER}
    )
    assert wrong.status_code == 422
    page = Page(wrong.text)
    assert "old-problem" in page.attribute("aria-describedby", "input")
    done = client.post(
        "/account/password",
        data={"csrf_token": token, "old": made.password, "new": OTHER, "again": OTHER},
        follow_redirects=True,
    )
    assert "密码已修改" in done.text
    assert client.get("/companies").status_code == 200


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"old": PASSWORD, "new": "short", "again": "short"}, "密码太短"),
        ({"old": PASSWORD, "new": OTHER, "again": OTHER + "!"}, "不一致"),
        ({"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "与当前密码相同"),
        ({"old": PASSWORD, "new": "woaini1314520", "again": "woaini1314520"}, "最容易被猜中"),
    ],
)
def test_what_is_wrong_with_a_new_password_stands_beside_it(
    own_app: Flask, fields: dict[str, str], problem: str
) -> None:
    client = own_app.test_client()
    sign_in(client, own_app, "viewer")
    token = Page(client.get("/account/password").text).attribute("value", "input")[0]
    answer = client.post("/account/password", data={"csrf_token": token, **fields})
    assert answer.status_code == 422
    assert problem in Page(answer.text).text()
    assert is_signed_in(client)


# Open or closed


def test_closed_service_leads_to_the_sign_in_page_and_back(closed_app: Flask) -> None:
    client = closed_app.test_client()
    for address in ("/", "/companies?q=x", "/chains/C03"):
        answer = client.get(address)
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in?next=")
    part = client.get("/companies", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/find"})
    assert part.headers["HX-Redirect"] == "/sign-in?next=/find"
    with client.get("/static/lianzhao.css") as style:
        assert style.status_code == 200
    assert client.get("/nowhere").status_code == 404
    sign_in(client, closed_app, "viewer")
    assert client.get("/companies?q=x").status_code == 200


def test_closed_api_asks_for_a_token(closed_app: Flask) -> None:
    client = closed_app.test_client()
    answer = client.get("/api/v1/state")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    secret = token_of(closed_app, "viewer")
    assert client.get("/api/v1/state", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_cookie_of_a_session_opens_no_api(closed_app: Flask) -> None:
    client = closed_app.test_client()
    sign_in(client, closed_app, "admin")
    assert client.get("/api/v1/state").status_code == 401


def test_wrong_token_is_refused_also_where_reading_is_open(own_app: Flask) -> None:
    client = own_app.test_client()
    assert client.get("/api/v1/state").status_code == 200
    for header in ("Bearer lz_wrong", "Bearer ", "Basic d2FuZzp4", f"Token {token_of(own_app, 'viewer')}"):
        answer = client.get("/api/v1/state", headers={"Authorization": header})
        assert answer.status_code == 401, header
        assert answer.get_json()["title"] == "SignInNeeded"


def test_api_description_names_the_token(own_app: Flask) -> None:
    described = own_app.test_client().get("/api/v1/openapi.json").get_json()
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def token_of(app: Flask, role: str) -> str:
    with service_of(app).database.session() as session:
        user = add_user(session, COMMAND_LINE, f"program-{role}", role=role).user
        user.must_change_password = False
        now = service_of(app).clock()
        return make_token(session, COMMAND_LINE, user.id, name="x", role=role, days=1, now=now).secret


# Forged forms


def test_form_without_its_token_is_refused(own_app: Flask) -> None:
    client = own_app.test_client()
    sign_in(client, own_app, "officer")
    for data in ({}, {"csrf_token": "x"}, {"csrf_token": csrf_of_another(own_app)}):
        answer = client.post("/sign-out", data=data)
        assert answer.status_code == 400
        assert "表单已失效" in answer.text
    assert is_signed_in(client)


def csrf_of_another(app: Flask) -> str:
    return csrf_token(app.test_client())


def test_htmx_sends_the_token_in_a_header(own_app: Flask) -> None:
    client = own_app.test_client()
    sign_in(client, own_app, "officer")
    token = Page(client.get("/").text).attribute("hx-headers", "body")[0].split('"')[3]
    assert client.post("/sign-out", headers={"X-CSRFToken": token}).status_code == 303


def forms(app: Flask) -> list[Rule]:
    """Every address outside the API that something can be sent to."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"} and not rule.rule.startswith("/api/")
    ]


def address_of(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        return app.url_map.bind("localhost").build(
            rule.endpoint, dict.fromkeys(rule.arguments, "999"), method="POST"
        )


def test_every_form_is_refused_without_its_token(own_app: Flask) -> None:
    client = own_app.test_client()
    sign_in(client, own_app, "admin")
    for rule in forms(own_app):
        assert client.post(address_of(own_app, rule)).status_code == 400, rule


def test_every_form_says_which_permission_it_needs(own_app: Flask) -> None:
    known = {"account.own", *set().union(*ROLE_PERMISSIONS.values())}
    found = {
        rule.endpoint: vars(own_app.view_functions[rule.endpoint]).get("permission")
        for rule in forms(own_app)
    }
    assert {endpoint for endpoint, needed in found.items() if needed not in known} <= PUBLIC


@pytest.mark.parametrize("role", [None, *ROLES])
def test_every_form_is_open_to_its_roles_only(own_app: Flask, role: str | None) -> None:
    """What is let through answers something else than 401 or 403: there is nothing with the number 999."""
    client = own_app.test_client()
    if role:
        sign_in(client, own_app, role)
    actor = Actor("x", role or "viewer", user_id=1 if role else None)
    for rule in forms(own_app):
        needed = vars(own_app.view_functions[rule.endpoint]).get("permission")
        if needed is None:
            continue
        token = _token(client)
        status = client.post(address_of(own_app, rule), data={"csrf_token": token}).status_code
        refused = 403 if role else 401
        assert (status == refused) is not actor.may(needed), (rule.rule, role, status)
        if role and not is_signed_in(client):
            sign_in(client, own_app, role)


def _token(client: FlaskClient) -> str:
    """A good token, whether somebody is signed in or not."""
    page = client.get("/").text if is_signed_in(client) else client.get("/sign-in").text
    return next(value for value in Page(page).attribute("value", "input") if len(value) > 60)
