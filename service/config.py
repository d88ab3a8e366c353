"""Settings: one row each, read once at the start. The only place that reads the environment."""

from __future__ import annotations

import difflib
import os
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from service.errors import ConfigError
from service.provinces import known_provinces, short_province

PREFIX = "LIANZHAO_"
EMBEDDERS = ("bundled-e5", "hashing")
PRECISIONS = ("auto", "float32", "bfloat16")
LANGUAGES = ("zh", "en")
SWITCH = ("on", "off")
ACCESSES = ("open", "login")
MIN_SECRET_CHARS = 16


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. Its variable is LIANZHAO_<name>; `default` stands as it would in the environment."""

    name: str
    default: str
    help: str

    @property
    def variable(self) -> str:
        return PREFIX + self.name


SETTINGS = (
    Setting("HOME", "./instance", "Folder for everything that LianZhao writes."),
    Setting("DATABASE_URL", "", "SQLite or PostgreSQL URL. Empty: lianzhao.sqlite3 in HOME."),
    Setting("EMBEDDER", "bundled-e5", "bundled-e5, hashing, or the folder of a SentenceTransformer model."),
    Setting("PRECISION", "auto", "How the model computes: auto, float32 or bfloat16."),
    Setting("THREADS", "2", "Processor threads that the model may use."),
    Setting("LANGUAGE", "zh", "Language where nobody has chosen one: zh or en."),
    Setting("HOST", "127.0.0.1", "Address that the web server listens on."),
    Setting("PORT", "8000", "Port that the web server listens on."),
    Setting("SECRET_KEY", "", "Key that signs sessions. Empty: made once, kept in HOME/secret_key."),
    Setting("FOUR_EYES", "off", "Whether the one who submits a gap may not publish it: on or off."),
    Setting("ACCESS", "open", "open: reading needs no login, writing does. login: everything does."),
    Setting("SESSION_IDLE_MINUTES", "60", "Minutes without a request after which a session ends."),
    Setting("SESSION_HOURS", "12", "Hours after which a session ends in any case."),
    Setting("PROXIES", "0", "Reverse proxies before this server, whose X-Forwarded-For is believed."),
    Setting(
        "HOME_PROVINCE", "甘肃", "Province whose gaps are matched: companies there are not outside companies."
    ),
)
# Read by tests/conftest.py only; named here so that they are not taken for slips of the pen.
TEST_VARIABLES = (PREFIX + "TEST_POSTGRES_URL", PREFIX + "REQUIRE_SERVERS")


@dataclass(frozen=True)
class Config:
    """The settings, checked. Neither `repr` nor any error shows the secret key or a database password."""

    home: Path
    database_url: str = field(repr=False)
    embedder: str
    precision: str
    threads: int
    language: str
    host: str
    port: int
    access: str
    session_idle_minutes: int
    session_hours: int
    proxies: int
    home_province: str | None
    four_eyes: bool
    given_secret_key: str | None = field(repr=False)

    @property
    def index_folder(self) -> Path:
        return self.home / "index"

    @property
    def cache_folder(self) -> Path:
        return self.home / "cache"

    @property
    def uploads_folder(self) -> Path:
        return self.home / "uploads"

    @property
    def models_folder(self) -> Path:
        return self.home / "models"

    @cached_property
    def secret_key(self) -> str:
        """The key given, or the one in HOME/secret_key, made on first use. Raises ConfigError."""
        return self.given_secret_key or _kept_secret(self.home / "secret_key")


def read_config(environ: Mapping[str, str] = os.environ, **overrides: object) -> Config:
    """The settings from `environ`, over them `overrides` (port=8001; None is as if not given).

    Creates nothing on disk except HOME. Raises ConfigError that names the setting, for a value that cannot
    be used and for a variable LIANZHAO_… that is no setting.
    """
    _refuse_unknown(environ)
    given = _given_values(environ, overrides)
    home = _home(given["HOME"])
    return Config(
        home=home,
        database_url=_database_url(given["DATABASE_URL"], home),
        embedder=_embedder(given["EMBEDDER"]),
        precision=_choice("PRECISION", given["PRECISION"], PRECISIONS),
        threads=_number("THREADS", given["THREADS"], 1, 256),
        language=_choice("LANGUAGE", given["LANGUAGE"], LANGUAGES),
        host=_host(given["HOST"]),
        port=_number("PORT", given["PORT"], 1, 65535),
        access=_choice("ACCESS", given["ACCESS"], ACCESSES),
        session_idle_minutes=_number("SESSION_IDLE_MINUTES", given["SESSION_IDLE_MINUTES"], 1, 1440),
        session_hours=_number("SESSION_HOURS", given["SESSION_HOURS"], 1, 168),
        proxies=_number("PROXIES", given["PROXIES"], 0, 5),
        home_province=_province(given["HOME_PROVINCE"]),
        four_eyes=_choice("FOUR_EYES", given["FOUR_EYES"], SWITCH) == "on",
        given_secret_key=_secret(given["SECRET_KEY"]),
    )


def _given_values(environ: Mapping[str, str], overrides: Mapping[str, object]) -> dict[str, str]:
    names = {setting.name.lower() for setting in SETTINGS}
    for name in overrides:
        if name not in names:
            raise ConfigError(PREFIX + name.upper(), "no such setting; see service/config.py for all of them")
    values = {}
    for setting in SETTINGS:
        override = overrides.get(setting.name.lower())
        value = environ.get(setting.variable, "") if override is None else str(override)
        # An empty variable is how a service file says "not set"; only HOME_PROVINCE can be set to nothing.
        is_set = override is not None or (setting.variable in environ and setting.name == "HOME_PROVINCE")
        values[setting.name] = value.strip() if value.strip() or is_set else setting.default
    return values


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [setting.variable for setting in SETTINGS]
    names = [setting.name for setting in SETTINGS]
    for variable in environ:
        if variable.startswith(PREFIX) and variable not in known and variable not in TEST_VARIABLES:
            # Without the prefix, in which all are alike.
            close = difflib.get_close_matches(variable.removeprefix(PREFIX).upper(), names, n=1)
            advice = (
                f"did you mean {PREFIX}{close[0]}?" if close else f"unset it; settings are {', '.join(known)}"
            )
            raise ConfigError(variable, f"no such setting; {advice}")


def _home(value: str) -> Path:
    if not value:
        raise ConfigError(PREFIX + "HOME", "empty; give the folder that LianZhao may write to")
    home = Path(value).expanduser().absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise ConfigError(
            PREFIX + "HOME", f"{value}: {err.strerror}; give a folder that LianZhao may write to"
        ) from err
    return home


def _database_url(value: str, home: Path) -> str:
    variable = PREFIX + "DATABASE_URL"
    if not value:
        # Written by SQLAlchemy: a folder's name may hold characters that mean something in a URL.
        return URL.create("sqlite", database=str(home / "lianzhao.sqlite3")).render_as_string()
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        # Neither the value is shown nor the cause, which repeats it: a password may stand in it.
        raise ConfigError(variable, "not a database URL; write postgresql://user@host/name") from None
    backend = url.drivername.partition("+")[0]
    if backend in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if backend != "sqlite":
        raise ConfigError(variable, f"{url.drivername} is not known; use sqlite:///… or postgresql://…")
    if url.database in (None, "", ":memory:"):
        raise ConfigError(variable, f"{value} is in memory, where each thread has its own; give a file")
    return url.set(drivername="sqlite").render_as_string()


def _embedder(value: str) -> str:
    if value in EMBEDDERS:
        return value
    folder = Path(value).expanduser().absolute()
    if not folder.is_dir():
        raise ConfigError(
            PREFIX + "EMBEDDER",
            f"{value}: neither {' nor '.join(EMBEDDERS)} nor a folder; give the folder of a model",
        )
    return str(folder)


def _choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ConfigError(PREFIX + name, f"{value!r} is not one of {', '.join(choices)}")
    return value


def _number(name: str, value: str, low: int, high: int) -> int:
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise ConfigError(PREFIX + name, f"{value!r} is not a whole number from {low} to {high}")
    return int(value)


def _host(value: str) -> str:
    if not value or any(char in value for char in " /@") or "://" in value:
        raise ConfigError(PREFIX + "HOST", f"{value!r} is no address; write 127.0.0.1, or 0.0.0.0 for all")
    return value


def _province(value: str) -> str | None:
    if not value:
        return None
    province = short_province(unicodedata.normalize("NFKC", value))
    if province not in known_provinces():
        raise ConfigError(
            PREFIX + "HOME_PROVINCE", f"{value!r} is no province; write one such as 甘肃, or nothing"
        )
    return province


def _secret(value: str) -> str | None:
    if value and len(value) < MIN_SECRET_CHARS:
        raise ConfigError(
            PREFIX + "SECRET_KEY",
            f"{len(value)} characters are too few; give {MIN_SECRET_CHARS} or more at random",
        )
    return value or None


def _kept_secret(path: Path) -> str:
    """The secret in `path`; made first where there is none. Two processes that start at once get the same."""
    try:
        if not path.exists():
            _write_secret(path)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError(
            PREFIX + "SECRET_KEY", f"{path}: {err}; make the file readable, or set the key"
        ) from err
    if len(secret) < MIN_SECRET_CHARS:
        raise ConfigError(
            PREFIX + "SECRET_KEY", f"{path} is damaged; delete it, everybody then signs in again"
        )
    return secret


def _write_secret(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # unlike a rename it does not replace what another process put there
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
