"""A whole installation for page tests: chains, some hundred companies, an index, an application."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models import User, utc_now
from service.actors import COMMAND_LINE
from service.app import Service, create_app
from service.config import read_config
from service.db import upgrade_schema
from service.engines import EngineRoom
from service.operations.accounts import add_user
from service.operations.chains import seed_chains
from service.operations.coverage import count_coverage, store_coverage
from service.operations.imports import import_companies
from service.operations.index_releases import build_index, use_index
from service.readers.chain_profile import read_chain_profile
from service.shipped import chain_profile_paths, companies_path

SHIPPED = 500
COVERED = "C03"  # the chain whose candidates are counted
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
# What an imported file may hold; every page that shows it has to show it as text.
HOSTILE = "<script>alert(1)</script>铜箔"
HOSTILE_ID = "X000001"
FOIL_ID = "X000002"  # it makes what gap C03-G13 asks for
LOCAL_ID = "X000003"  # so does it, but it is in the home province
_MADE_UP = (
    {
        "id": HOSTILE_ID,
        "name": HOSTILE,
        "full_name": f"{HOSTILE}\"'股份有限公司",
        "province": "江西",
        "employees": 40,
        "products": [{"name": "高档电解铜箔<b>&amp;", "revenue_share": 0.02}],
        "business_scope": "</p><img src=x onerror=alert(2)>；铜箔加工",
    },
    {
        "id": FOIL_ID,
        "name": "江陵铜箔",
        "full_name": "江陵铜箔股份有限公司",
        "stock_code": "999902",
        "province": "江西",
        "city": "九江市",
        "employees": 1200,
        "products": [
            {"name": "高档电解铜箔", "revenue_share": 0.8},
            {"name": "覆铜板", "revenue_share": 0.2},
        ],
        "main_business": "高档电解铜箔的研发、生产与销售",
    },
    {
        "id": LOCAL_ID,
        "name": "陇原铜箔",
        "full_name": "陇原铜箔有限公司",
        "province": "甘肃",
        "employees": 300,
        "products": [{"name": "高档电解铜箔", "revenue_share": 0.7}],
    },
)


def make_app(home: Path, clock: Callable[[], datetime] = utc_now, **settings: object) -> Flask:
    """The application of a new installation in `home`, with nothing in it but tables."""
    config = read_config({"LIANZHAO_EMBEDDER": "hashing"}, home=home, **settings)
    app = create_app(config, clock)
    upgrade_schema(service_of(app).database)
    return app


def fill(app: Flask, folder: Path) -> None:
    """Store chains and companies and build the index."""
    room = service_of(app)
    with room.database.session() as session:
        seed_chains(session, COMMAND_LINE, [read_chain_profile(path) for path in chain_profile_paths()])
    with room.database.session() as session:
        import_companies(
            session,
            COMMAND_LINE,
            _companies(folder),
            source="测试企业库",
            kind="press",
            fetched_on=NOW.date(),
        )
    with room.database.reading() as session:
        built = build_index(session, COMMAND_LINE, room.engines.embedder, room.engines.index_folder, now=NOW)
    with room.database.session() as session:
        use_index(session, COMMAND_LINE, built)
    _count(room)


def _count(room: Service) -> None:
    """Count the candidates of one chain; the other nine stay uncounted."""
    home = room.config.home_province
    with room.database.reading() as session:
        engine = EngineRoom(room.config).engine(session)  # the application has opened none yet
        found = count_coverage(session, engine, today=NOW.date(), home_province=home, codes=[COVERED])
    with room.database.session() as session:
        store_coverage(session, COMMAND_LINE, engine, found, now=NOW, home_province=home)


def service_of(app: Flask) -> Service:
    """What the doors of `app` share."""
    shared: Service = app.extensions["lianzhao"]
    return shared


def _companies(folder: Path) -> Path:
    lines = companies_path().read_text(encoding="utf-8").splitlines()[:SHIPPED]
    path = folder / "companies.jsonl"
    path.write_text(
        "\n".join([*lines, *(json.dumps(row, ensure_ascii=False) for row in _MADE_UP)]), encoding="utf-8"
    )
    return path


class Page(HTMLParser):
    """What a test asks of a page: `texts` with the language of each and the elements it stands in."""

    _EMPTY = frozenset({"meta", "link", "input", "img", "br", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.texts: list[tuple[str, str, tuple[str, ...]]] = []  # (text, language, elements around it)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        self.left_open = [tag for tag, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in self._EMPTY:
            inherited = self._open[-1][1] if self._open else ""
            self._open.append((tag, attributes.get("lang") or inherited))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))  # <path/>, <rect/>: they close themselves

    def handle_endtag(self, tag: str) -> None:
        if tag in self._EMPTY:
            return
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open:
            self.texts.append((data.strip(), self._open[-1][1], tuple(tag for tag, _ in self._open)))

    def attribute(self, name: str, tag: str = "") -> list[str]:
        """The values of an attribute in the order of the page."""
        return [a[name] or "" for t, a in self.elements if name in a and tag in ("", t)]

    def text(self) -> str:
        """All that is read, in one line."""
        return " ".join(text for text, _, around in self.texts if around[-1] not in ("script", "style"))


PASSWORD = "河西走廊的风很大呀呀"


def sign_in(client: FlaskClient, app: Flask, role: str, **fields: Any) -> User:
    """Let `client` be a new account of this role, signed in, with a password of its own."""
    with service_of(app).database.session() as session:
        login = fields.pop("login", f"{role}-{secrets.token_hex(4)}")
        made = add_user(session, COMMAND_LINE, login, role=role, password=PASSWORD, **fields)
        made.user.must_change_password = False
    answer = client.post(
        "/sign-in", data={"login": login, "password": PASSWORD, "csrf_token": csrf_token(client)}
    )
    assert answer.status_code == 303, answer.text
    return made.user


def csrf_token(client: FlaskClient) -> str:
    """The token that a form of this client's session carries."""
    page = client.get("/sign-in", follow_redirects=True).text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


def send(client: FlaskClient, address: str, **fields: Any) -> TestResponse:
    """The answer to a form with these fields, sent as a page would."""
    return client.post(
        address, data={"csrf_token": csrf_token(client), **fields}, content_type="multipart/form-data"
    )
