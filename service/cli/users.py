"""`lianzhao user`: accounts and tokens, also the first administrator's."""

from __future__ import annotations

import click

from models import User, utc_now
from models.account import ROLES
from service.actors import COMMAND_LINE
from service.cli.context import Opened, as_json, pass_opened, print_json, stored_text
from service.i18n import mark, translate
from service.operations import accounts
from service.operations.accounts import NewPassword, find_user
from service.operations.api_tokens import make_token
from service.regions import region_name

_STATES = {True: mark("in use"), False: mark("disabled")}

_asked = click.option("--password", "asks", is_flag=True, help="Ask for a password instead of making one.")
_role = click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
_login = click.argument("login", callback=stored_text)


@click.group()
def user() -> None:
    """Accounts: who may sign in, and what they may do."""


@user.command("add")
@_login
@_role
@click.option("--name", default="", callback=stored_text, help="Name shown on pages [default: LOGIN].")
@click.option("--region", help="Code of GB/T 2260, such as 620100: may write for this region only.")
@_asked
@as_json
@pass_opened
def add(
    opened: Opened, login: str, role: str, name: str, region: str | None, asks: bool, as_json: bool
) -> None:
    """Make an account. Its password is shown once and must be changed at the first sign-in."""
    with opened.database.session() as session:
        made = accounts.add_user(
            session,
            COMMAND_LINE,
            login,
            role=role,
            display_name=name,
            region_code=region,
            password=_ask() if asks else None,
        )
    _print_password(opened, made, is_asked=asks, as_json=as_json)


@user.command("list")
@as_json
@pass_opened
def list_all(opened: Opened, as_json: bool) -> None:
    """Show all accounts."""
    with opened.database.reading() as session:
        users = accounts.list_users(session, COMMAND_LINE)
    if as_json:
        print_json([_as_json(row) for row in users])
        return
    language = opened.config.language
    for row in users:
        state = translate(language, _STATES[row.is_active])
        parts = (row.login, row.role, state, row.display_name, region_name(row.region_code))
        click.echo("\t".join(part for part in parts if part))
    if not users:
        click.echo(
            translate(language, "No account yet: {command}", command="lianzhao user add LOGIN --role admin")
        )


@user.command("disable")
@_login
@as_json
@pass_opened
def disable(opened: Opened, login: str, as_json: bool) -> None:
    """Sign an account out everywhere and let it in no more. What it did stays in the log."""
    _switch(opened, login, is_active=False, as_json=as_json)


@user.command("enable")
@_login
@as_json
@pass_opened
def enable(opened: Opened, login: str, as_json: bool) -> None:
    """Let a disabled account in again."""
    _switch(opened, login, is_active=True, as_json=as_json)


@user.command("reset-password")
@_login
@_asked
@as_json
@pass_opened
def reset_password(opened: Opened, login: str, asks: bool, as_json: bool) -> None:
    """Give an account a new password, shown once, and sign it out everywhere."""
    with opened.database.session() as session:
        row = find_user(session, login)
        made = accounts.reset_password(session, COMMAND_LINE, row.id, _ask() if asks else None)
    _print_password(opened, made, is_asked=asks, as_json=as_json)


@user.command("token")
@_login
@click.option("--name", default="command line", show_default=True, callback=stored_text)
@_role
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True)
@as_json
@pass_opened
def token(opened: Opened, login: str, name: str, role: str, days: int, as_json: bool) -> None:
    """Make an API token of an account. It is shown once; it may do what role and account both allow."""
    with opened.database.session() as session:
        row = find_user(session, login)
        made = make_token(session, COMMAND_LINE, row.id, name=name, role=role, days=days, now=utc_now())
    if as_json:
        expires = made.token.expires_at.isoformat(timespec="seconds")
        print_json({"login": row.login, "role": made.token.role, "expires_at": expires, "token": made.secret})
    else:
        click.echo(made.secret)


def _switch(opened: Opened, login: str, *, is_active: bool, as_json: bool) -> None:
    with opened.database.session() as session:
        row = find_user(session, login)
        accounts.set_active(session, COMMAND_LINE, row.id, is_active=is_active)
        shown = _as_json(row)
    if as_json:
        print_json(shown)
        return
    click.echo(f"{row.login}: {translate(opened.config.language, _STATES[is_active])}")


def _ask() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


def _print_password(opened: Opened, made: NewPassword, *, is_asked: bool, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(made.user) | ({} if is_asked else {"password": made.password}))
        return
    language = opened.config.language
    told = (
        translate(
            language, "{login}: the password must be changed at the first sign-in", login=made.user.login
        )
        if is_asked
        else translate(
            language,
            "{login}: password {password} (shown once; must be changed at the first sign-in)",
            login=made.user.login,
            password=made.password,
        )
    )
    click.echo(told)


def _as_json(row: User) -> dict[str, object]:
    return {
        "login": row.login,
        "name": row.display_name,
        "role": row.role,
        "region": row.region_code,
        "active": row.is_active,
        "must_change_password": row.must_change_password,
        "last_signed_in_at": row.last_seen_at and row.last_seen_at.isoformat(timespec="seconds"),
    }
