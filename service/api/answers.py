"""What an endpoint may answer: its own model, or a problem."""

from __future__ import annotations

from pydantic import BaseModel
from spectree import Response

from service.api.schemas import Problem

_NAMED = {"HTTP_404": Problem, "HTTP_422": Problem, "HTTP_503": Problem}


def answers(model: type[BaseModel], *, ambiguous: bool = False) -> Response:
    """`model`, or a named problem; `ambiguous`: also that a name stands for several."""
    problems = {**_NAMED, "HTTP_409": Problem} if ambiguous else _NAMED
    return Response(HTTP_200=model, **problems)
