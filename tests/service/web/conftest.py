"""One filled installation for all page tests; pages only read, so they cannot disturb each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from tests.service.web.base import Page, fill, make_app, service_of

Shown = Callable[..., Page]


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with chains, companies and an index."""
    folder = tmp_path_factory.mktemp("pages")
    app = make_app(folder / "home")
    fill(app, folder)
    yield app
    service_of(app).database.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader that has chosen no language yet."""
    return app.test_client()


@pytest.fixture
def bare_app(tmp_path: Path) -> Iterator[Flask]:
    """An application with tables and nothing in them."""
    app = make_app(tmp_path / "home")
    yield app
    service_of(app).database.close()


@pytest.fixture
def shown(client: FlaskClient) -> Shown:
    """`shown(address, language="zh")` gives the page, which must be answered with 200."""

    def show(address: str, language: str = "zh", status: int = 200) -> Page:
        response = ask(client, address, language)
        assert response.status_code == status, response.text
        return Page(response.text)

    return show


def ask(client: FlaskClient, address: str, language: str = "zh", **headers: str) -> TestResponse:
    """The answer to a reader of `language`; header names with _ for -."""
    joint = "&" if "?" in address else "?"
    return client.get(
        f"{address}{joint}lang={language}",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], object]:
    """A block that counts the statements sent to the database: `with count_queries() as statements:`."""

    @contextmanager
    def counted() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            statements.append(statement)

        engine = service_of(app).database.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counted
