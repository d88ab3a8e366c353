"""The web application: settings, database, engine, then the doors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask.json.provider import DefaultJSONProvider
from flask_babel import Babel

from service.config import Config, read_config
from service.db import Database, open_database
from service.engines import EngineRoom
from service.i18n import LANGUAGES
from service.version import code_version

LANGUAGE_COOKIE = "lianzhao_language"
LANGUAGE_ARGUMENT = "lang"
_COOKIE_SECONDS = 365 * 24 * 3600
# Everything comes from this server: a page that asks another host for anything is refused by the browser.
_CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


class _ReadableJson(DefaultJSONProvider):
    """Chinese as it is read, keys in their order; half characters, which UTF-8 has none of, as "?"."""

    ensure_ascii = False
    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, **kwargs).encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Service:
    """What the doors of one process share."""

    config: Config
    database: Database
    engines: EngineRoom


def create_app(config: Config | None = None) -> Flask:
    """The application for `config`, or for the settings of the environment. Raises ConfigError.

    Connects to nothing and loads no model: the first request does.
    """
    config = config or read_config()
    app = Flask("service")
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        BABEL_TRANSLATION_DIRECTORIES="translations",
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.json = _ReadableJson(app)
    app.extensions["lianzhao"] = Service(config, open_database(config.database_url), EngineRoom(config))
    Babel(app, locale_selector=language_of_request)
    _add_doors(app)
    app.after_request(_finish)
    return app


def service() -> Service:
    """What the doors share, inside a request."""
    shared: Service = current_app.extensions["lianzhao"]
    return shared


def language_of_request() -> str:
    """zh or en: asked for in the address, chosen before, or the installation's own."""
    if "language" not in g:
        g.language = _choose_language()
    return str(g.language)


def _choose_language() -> str:
    for choice in (request.args.get(LANGUAGE_ARGUMENT), request.cookies.get(LANGUAGE_COOKIE)):
        if choice in LANGUAGES:
            return choice
    return service().config.language


def _add_doors(app: Flask) -> None:
    from service.api.blueprint import add_api
    from service.web.blueprint import add_pages

    add_api(app)
    add_pages(app)


def _finish(response: Response) -> Response:
    if request.args.get(LANGUAGE_ARGUMENT) in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, language_of_request(), max_age=_COOKIE_SECONDS, samesite="Lax", httponly=True
        )
    response.headers.setdefault("Content-Security-Policy", _CONTENT_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-LianZhao-Version", code_version())
    return response
