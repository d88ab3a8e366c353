"""An installation that tests may change, and browsers signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.service.web.base import make_app, service_of, sign_in

SignedIn = Callable[[str], FlaskClient]


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application without companies. Tests of a module share it: each uses logins of its own."""
    app = make_app(tmp_path_factory.mktemp("admin") / "home")
    yield app
    service_of(app).database.close()


@pytest.fixture
def signed_in(own_app: Flask) -> SignedIn:
    """`signed_in("admin")` is a browser of a new account with that role."""

    def browser(role: str) -> FlaskClient:
        client = own_app.test_client()
        sign_in(client, own_app, role)
        return client

    return browser


@pytest.fixture
def admin(signed_in: SignedIn) -> FlaskClient:
    return signed_in("admin")
