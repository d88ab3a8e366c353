"""Who does something, and what a role may do."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import PermissionDenied

_VIEW = frozenset({"match", "event.view"})
_OFFICER = _VIEW | {"match_run.store"}
_ORGANISER = _OFFICER | {"event.edit"}
_CURATOR = _ORGANISER | {"chain.edit", "company.import", "index.build", "event.approve"}
ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": _VIEW,
    "officer": _OFFICER,
    "organiser": _ORGANISER,
    "curator": _CURATOR,
    "admin": _CURATOR | {"user.edit", "database.upgrade"},
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The one an operation is done for. `login` is what the record of the change will say."""

    login: str
    role: str


# Whoever can run commands on the server can read its database anyway.
COMMAND_LINE = Actor("command-line", "admin")
# Pages and API are open for reading inside the network that the operator chose; they write nothing.
VISITOR = Actor("visitor", "viewer")


def require(actor: Actor, permission: str) -> None:
    """Raise PermissionDenied unless the role of `actor` has `permission`."""
    if permission not in ROLE_PERMISSIONS.get(actor.role, frozenset()):
        raise PermissionDenied(
            f"{actor.login} ({actor.role}) may not do this ({permission}): "
            "ask an administrator for another role"
        )
