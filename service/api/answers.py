"""What an endpoint may answer: its own model, or a problem."""

from __future__ import annotations

from pydantic import BaseModel
from spectree import Response

from service.api.schemas import Problem

NAMED = {f"HTTP_{status}": Problem for status in (401, 403, 404, 422, 503)}


def answers(model: type[BaseModel], *, ambiguous: bool = False) -> Response:
    """`model`, or a named problem; `ambiguous`: also that a name stands for several."""
    problems = {**NAMED, "HTTP_409": Problem} if ambiguous else NAMED
    return Response(HTTP_200=model, **problems)
