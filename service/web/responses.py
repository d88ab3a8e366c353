"""Whole page or part of one: htmx asks for parts, everything else for whole pages."""

from __future__ import annotations

from flask import request


def is_partial() -> bool:
    """Whether htmx asks for a part that it will put into the page that is open."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def wants_part(target: str) -> bool:
    """Whether the part with the element id `target` is asked for."""
    return is_partial() and request.headers.get("HX-Target") == target
