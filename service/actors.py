"""Who does something, what a role may do, and for which region.

Region: an actor without one acts for the whole province and base. An actor with one (a prefecture's bureau)
reads everything and writes only what lies in it: operations on an event, a site or a local company call
`require_region`. What concerns everybody at once (`WHOLE_BASE`) is not for actors with a region.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import PermissionDenied

ROLES_BY_RANK = ("viewer", "officer", "organiser", "curator", "admin")
_VIEW = frozenset({"match"})
_OFFICER = _VIEW | {"match_run.store", "feedback.give", "search.save"}
_ORGANISER = _OFFICER | {"shortlist.edit", "event.edit"}
_CURATOR = _ORGANISER | {
    "chain.edit",
    "company.import",
    "dictionary.edit",
    "event.approve",
    "gap.edit",
    "gap.review",
    "index.build",
}
ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": _VIEW,
    "officer": _OFFICER,
    "organiser": _ORGANISER,
    "curator": _CURATOR,
    "admin": _CURATOR | {"user.edit", "audit.read", "database.upgrade"},
}
# Whoever signs in may look after the own account, whatever the role.
OWN_ACCOUNT = "account.own"
# These change the base for every region, so a region does not give them.
WHOLE_BASE = frozenset(
    {"company.import", "index.build", "dictionary.edit", "user.edit", "audit.read", "database.upgrade"}
)


@dataclass(frozen=True, slots=True)
class Actor:
    """The one an operation is done for. `login` is what the record of the change will say."""

    login: str
    role: str
    user_id: int | None = None  # None: nobody's account (a visitor, the command line)
    display_name: str = ""
    region_code: str | None = None  # GB/T 2260
    address: str = ""  # where the request came from

    @property
    def is_signed_in(self) -> bool:
        """Whether an account stands behind the actor."""
        return self.user_id is not None

    @property
    def shown_name(self) -> str:
        """The name by which pages speak of the actor."""
        return self.display_name or self.login

    def may(self, permission: str) -> bool:
        """Whether the role, and the region where it matters, allow `permission`."""
        if permission == OWN_ACCOUNT:
            return self.is_signed_in
        if permission in WHOLE_BASE and self.region_code:
            return False
        return permission in ROLE_PERMISSIONS.get(self.role, frozenset())


# Whoever can run commands on the server can read its database anyway.
COMMAND_LINE = Actor("command-line", "admin")
# Pages and API are open for reading inside the network that the operator chose; they write nothing.
VISITOR = Actor("visitor", "viewer")


def require(actor: Actor, permission: str) -> None:
    """Raise PermissionDenied unless `actor` has `permission`."""
    if actor.may(permission):
        return
    if permission in WHOLE_BASE and permission in ROLE_PERMISSIONS.get(actor.role, frozenset()):
        raise PermissionDenied(
            f"{actor.login} acts for region {actor.region_code} only and may not do this ({permission}), "
            "which concerns all regions: ask an administrator"
        )
    raise PermissionDenied(
        f"{actor.login} ({actor.role}) may not do this ({permission}): ask an administrator for another role"
    )


def require_region(actor: Actor, region_code: str | None) -> None:
    """Raise PermissionDenied unless `actor` may write for the place with this code of GB/T 2260.

    None is no certain place: only an actor without a region may write for it.
    """
    if actor.region_code is None or lies_in(region_code, actor.region_code):
        return
    raise PermissionDenied(
        f"{actor.login} acts for region {actor.region_code} only, and this is of "
        f"{region_code or 'no region'}: ask an administrator, or the bureau of that region"
    )


def lies_in(region_code: str | None, whole: str) -> bool:
    """Whether a region is `whole` or a part of it: 620102 and 620100 lie in 620100 and in 620000."""
    stem = whole[:2] if whole.endswith("0000") else whole[:4] if whole.endswith("00") else whole
    return region_code is not None and region_code.startswith(stem)


def weaker_role(one: str, other: str) -> str:
    """The role of the two that may do less."""
    return min(one, other, key=ROLES_BY_RANK.index)
