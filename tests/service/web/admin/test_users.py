"""Users and tokens as pages."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.operations.accounts import find_user
from service.passwords import is_password
from tests.service.web.admin.conftest import SignedIn
from tests.service.web.base import PASSWORD, Page, csrf_token, service_of


def post(client: FlaskClient, address: str, follow: bool = False, **fields: str) -> TestResponse:
    page = client.get("/account").text
    token = Page(page).attribute("value", "input")[0]
    return client.post(address, data={"csrf_token": token, **fields}, follow_redirects=follow)


def password_on(page: str) -> str:
    found = re.search(r'id="password">([^<]+)<', page)
    assert found
    return found[1]


def id_of(app: Flask, login: str) -> int:
    with service_of(app).database.reading() as session:
        return find_user(session, login).id


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", ["/account", "/account/password", "/admin/users", "/admin/audit"])
def test_page_is_whole_and_not_kept(admin: FlaskClient, address: str, language: str) -> None:
    answer = admin.get(f"{address}?lang={language}")
    page = Page(answer.text)
    assert (answer.status_code, page.left_open) == (200, [])
    assert answer.headers["Cache-Control"] == "no-store"
    ids = page.attribute("id")
    assert len(ids) == len(set(ids))
    assert set(page.attribute("for", "label")) <= set(ids)


def test_administration_is_shown_to_those_who_may(admin: FlaskClient, signed_in: SignedIn) -> None:
    assert "/manage" in Page(admin.get("/").text).attribute("href", "a")
    assert {"/admin/users", "/admin/audit"} <= set(
        Page(admin.get("/admin/imports").text).attribute("href", "a")
    )
    curator = signed_in("curator")
    assert "/admin/users" not in Page(curator.get("/admin/imports").text).attribute("href", "a")
    assert not [a for a in Page(signed_in("officer").get("/").text).attribute("href", "a") if "/admin" in a]
    for address in ("/admin/users", "/admin/audit"):
        assert curator.get(address).status_code == 403


def test_visitor_is_led_to_sign_in(own_app: Flask) -> None:
    answer = own_app.test_client().get("/admin/users")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/admin/users")


def test_added_user_gets_a_password_shown_once(own_app: Flask, admin: FlaskClient) -> None:
    made = post(
        admin, "/admin/users", login="new.one", display_name="新同事", role="officer", region="620100"
    )
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    password = password_on(made.text)
    with service_of(own_app).database.reading() as session:
        user = find_user(session, "new.one")
    assert is_password(password, user.password_hash)
    assert (user.role, user.region_code, user.must_change_password) == ("officer", "620100", True)
    listed = Page(admin.get("/admin/users").text).text()
    assert "新同事" in listed
    assert "兰州市" in listed
    assert password not in listed


def test_form_with_a_problem_keeps_what_was_typed(admin: FlaskClient) -> None:
    post(admin, "/admin/users", login="taken", role="viewer", region="")
    for login, problem in (("TAKEN", "该账号已存在"), ("a b", "以字母或数字开头")):
        answer = post(admin, "/admin/users", login=login, display_name="张三", role="curator", region="")
        page = Page(answer.text)
        assert answer.status_code == 422
        assert problem in page.text()
        boxes = [a for t, a in page.elements if t == "input" and a.get("id") == "login"]
        assert boxes[0]["value"] == login
        assert "login-problem" in (boxes[0]["aria-describedby"] or "")
        assert boxes[0]["aria-invalid"] == "true"
        assert "张三" in page.attribute("value", "input")


def test_role_is_changed(own_app: Flask, admin: FlaskClient) -> None:
    post(admin, "/admin/users", login="changed", role="viewer", region="")
    number = id_of(own_app, "changed")
    page = Page(admin.get(f"/admin/users/{number}").text)
    assert [a["value"] for _, a in page.elements if "selected" in a] == ["viewer", ""]
    answer = post(admin, f"/admin/users/{number}", True, display_name="李四", role="organiser", region="")
    assert "已保存" in Page(answer.text).text()
    with service_of(own_app).database.reading() as session:
        assert find_user(session, "changed").role == "organiser"


def test_disabled_account_cannot_sign_in_until_enabled(own_app: Flask, admin: FlaskClient) -> None:
    password = password_on(post(admin, "/admin/users", login="gone", role="viewer", region="").text)
    number = id_of(own_app, "gone")

    def status() -> int:
        client = own_app.test_client()
        fields = {"login": "gone", "password": password, "csrf_token": csrf_token(client)}
        return client.post("/sign-in", data=fields).status_code

    assert status() == 303
    assert "已停用" in post(admin, f"/admin/users/{number}/disable", True).text
    assert status() == 401
    post(admin, f"/admin/users/{number}/enable")
    assert status() == 303


def test_nobody_disables_or_resets_the_own_account(own_app: Flask, admin: FlaskClient) -> None:
    own = re.search(r'href="/account"[^>]*>([^<]+)<', admin.get("/").text)
    assert own
    number = id_of(own_app, own[1])
    assert post(admin, f"/admin/users/{number}/disable").status_code == 403
    assert post(admin, f"/admin/users/{number}/password").status_code == 403
    page = Page(admin.get(f"/admin/users/{number}").text)
    assert f"/admin/users/{number}/disable" not in page.attribute("action", "form")


def test_reset_gives_another_password(own_app: Flask, admin: FlaskClient) -> None:
    first = password_on(post(admin, "/admin/users", login="forgetful", role="viewer", region="").text)
    second = password_on(post(admin, f"/admin/users/{id_of(own_app, 'forgetful')}/password").text)
    assert first != second


def test_user_that_is_not_there_is_not_found(admin: FlaskClient) -> None:
    assert admin.get("/admin/users/999999").status_code == 404


# The own account


def test_token_is_shown_once_works_and_is_revoked(own_app: Flask, signed_in: SignedIn) -> None:
    client = signed_in("officer")
    made = post(client, "/account/tokens", name="月报程序", role="viewer", days="30")
    found = re.search(r"lz_[\w-]{43}", made.text)
    assert found
    bearer = {"Authorization": f"Bearer {found[0]}"}
    program = own_app.test_client()
    assert program.get("/api/v1/state", headers=bearer).status_code == 200
    again = client.get("/account").text
    assert "月报程序" in again
    assert found[0] not in again
    revoke = next(a for a in Page(again).attribute("action", "form") if a.endswith("/revoke"))
    assert post(signed_in("officer"), revoke).status_code == 404  # of another account
    assert "已撤销" in post(client, revoke, True).text
    assert program.get("/api/v1/state", headers=bearer).status_code == 401


def test_token_offers_no_role_above_the_own(signed_in: SignedIn) -> None:
    page = Page(signed_in("officer").get("/account").text)
    assert [v for v in page.attribute("value", "option") if not v.isdigit()] == ["officer", "viewer"]


def test_token_needs_a_name(signed_in: SignedIn) -> None:
    answer = post(signed_in("viewer"), "/account/tokens", name=" ", role="viewer", days="30")
    assert answer.status_code == 422
    assert "用途" in Page(answer.text).text()


def test_password_is_never_in_the_page_that_refuses_it(signed_in: SignedIn) -> None:
    client = signed_in("viewer")
    answer = post(client, "/account/password", old=PASSWORD, new="short-one", again="short-one")
    assert PASSWORD not in answer.text
    assert "short-one" not in answer.text
