"""Errors as application/problem+json (RFC 9457)."""

from __future__ import annotations

import json
import logging
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from matching.errors import MatchingError
from service.errors import InvalidInput, PermissionDenied, ServiceError, SignInNeeded, status_code

_log = logging.getLogger(__name__)


class RequestInvalid(InvalidInput):
    """A query or body that does not fit the schema; `errors`: place, value and reason of each problem."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{e['place']}: {e['reason']}" for e in errors))


def problem(status: int, title: str, detail: str, errors: list[dict[str, Any]] | None = None) -> Response:
    """The response for an error."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
    }
    if errors:
        body["errors"] = errors
    return Response(json.dumps(body, ensure_ascii=False), status=status, mimetype="application/problem+json")


def add_problems(api: Blueprint) -> None:
    """Answer every error of the endpoints of `api` with a problem."""

    @api.errorhandler(ServiceError)
    @api.errorhandler(MatchingError)
    def named(error: Exception) -> Response:
        if isinstance(error, PermissionDenied) and "Authorization" not in request.headers:
            error = SignInNeeded(str(error))  # with a token it may be allowed
        status = status_code(error)
        answer = problem(status, type(error).__name__, str(error), getattr(error, "errors", None))
        if status == 401:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="LianZhao"'
        return answer

    @api.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return problem(error.code or 500, error.name, error.description or error.name)

    @api.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        _log.exception("%s %s failed", request.method, request.path, exc_info=error)
        return problem(
            500,
            "Internal error",
            "The server failed on this request; nothing was changed. The reason is in its log.",
        )


def unmatched(error: NotFound | MethodNotAllowed) -> Response:
    """The answer for an address under /api that no endpoint has."""
    return problem(
        error.code or 404,
        error.name,
        f"{request.method} {request.path}: see /api/v1/openapi.json for what there is",
    )
