"""What each role may do, and where."""

from __future__ import annotations

import pytest

from service.actors import (
    COMMAND_LINE,
    OWN_ACCOUNT,
    ROLE_PERMISSIONS,
    ROLES_BY_RANK,
    VISITOR,
    WHOLE_BASE,
    Actor,
    lies_in,
    require,
    require_region,
    weaker_role,
)
from service.errors import PermissionDenied

FROM = {  # permission → the least role that has it
    "match": "viewer",
    "match_run.store": "officer",
    "feedback.give": "officer",
    "search.save": "officer",
    "shortlist.edit": "organiser",
    "event.edit": "organiser",
    "event.approve": "curator",
    "event.view": "viewer",
    "chain.edit": "curator",
    "gap.edit": "curator",
    "gap.review": "curator",
    "dictionary.edit": "curator",
    "company.import": "curator",
    "index.build": "curator",
    "user.edit": "admin",
    "audit.read": "admin",
    "database.upgrade": "admin",
}


def test_table_names_every_permission() -> None:
    assert set(FROM) == set().union(*ROLE_PERMISSIONS.values())
    assert tuple(ROLE_PERMISSIONS) == ROLES_BY_RANK


@pytest.mark.parametrize("permission", FROM)
@pytest.mark.parametrize("role", ROLES_BY_RANK)
def test_role_has_its_permissions_and_no_more(role: str, permission: str) -> None:
    actor = Actor("wang", role, user_id=1)
    is_allowed = ROLES_BY_RANK.index(role) >= ROLES_BY_RANK.index(FROM[permission])
    assert actor.may(permission) is is_allowed
    if is_allowed:
        require(actor, permission)
    else:
        with pytest.raises(PermissionDenied, match=r"ask an administrator for another role"):
            require(actor, permission)


def test_own_account_is_for_accounts() -> None:
    require(Actor("wang", "viewer", user_id=1), OWN_ACCOUNT)
    for nobody in (VISITOR, COMMAND_LINE):
        with pytest.raises(PermissionDenied):
            require(nobody, OWN_ACCOUNT)


@pytest.mark.parametrize(
    ("code", "whole", "lies"),
    [
        ("620100", "620100", True),
        ("620102", "620100", True),
        ("620100", "620000", True),
        ("620200", "620100", False),
        ("630100", "620000", False),
        ("620100", "620102", False),
        ("620102", "620102", True),
        (None, "620000", False),
    ],
)
def test_region_lies_in_the_whole_it_is_a_part_of(code: str | None, whole: str, lies: bool) -> None:
    assert lies_in(code, whole) is lies


def test_actor_with_a_region_writes_for_it_only() -> None:
    lanzhou = Actor("wang", "organiser", user_id=1, region_code="620100")
    require(lanzhou, "event.edit")
    require_region(lanzhou, "620102")
    for elsewhere in ("620200", None):
        with pytest.raises(PermissionDenied, match="acts for region 620100 only"):
            require_region(lanzhou, elsewhere)


def test_actor_without_a_region_writes_everywhere() -> None:
    for code in ("620100", "110000", None):
        require_region(COMMAND_LINE, code)


@pytest.mark.parametrize("permission", sorted(WHOLE_BASE))
def test_what_concerns_all_regions_is_not_for_an_actor_of_one(permission: str) -> None:
    require(Actor("wang", "admin", user_id=1), permission)
    with pytest.raises(PermissionDenied, match="concerns all regions"):
        require(Actor("wang", "admin", user_id=1, region_code="620100"), permission)


def test_weaker_role_may_do_less() -> None:
    assert weaker_role("admin", "officer") == weaker_role("officer", "admin") == "officer"
