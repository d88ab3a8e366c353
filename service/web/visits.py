"""When this browser was here last: a cookie with two moments, nothing about the person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Response, request

COOKIE = "lianzhao_visit"
# Within this time it is still the same visit: what was new stays new while one reads on.
SAME_VISIT = timedelta(minutes=30)
_COOKIE_SECONDS = 365 * 24 * 3600


def last_visit(now: datetime) -> datetime | None:
    """The end of the visit before this one; None on the first."""
    before, last = _moments()
    if last is None:
        return None
    return last if now - last > SAME_VISIT else before


def note_visit(response: Response, now: datetime) -> None:
    """Remember in `response` that this browser is here."""
    before = last_visit(now)
    stamps = "-".join(str(int(moment.timestamp())) for moment in (before, now) if moment)
    response.set_cookie(COOKIE, stamps, max_age=_COOKIE_SECONDS, samesite="Lax", httponly=True)


def _moments() -> tuple[datetime | None, datetime | None]:
    parts = request.cookies.get(COOKIE, "").split("-")
    moments = [
        datetime.fromtimestamp(int(part), UTC)
        for part in parts
        if part.isascii() and part.isdigit() and len(part) < 11
    ]
    if not moments or len(moments) != len(parts) or len(moments) > 2:
        return None, None
    return (moments[0] if len(moments) == 2 else None), moments[-1]
