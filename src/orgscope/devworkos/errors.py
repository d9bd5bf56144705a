"""What the local WorkOS refuses, in the shapes of the API.

Three shapes occur: ``{message, code}``, ``{message, errors: [{field, code}]}`` for a request that
does not validate (422), and ``{error, error_description}`` for what concerns tokens.
"""

from __future__ import annotations

from collections.abc import Sequence

from orgscope.devworkos.wire import JsonObject
from orgscope.errors import OrgscopeError

__all__ = ["ApiError", "DeliveriesPending", "invalid", "not_found", "oauth_error"]


class ApiError(OrgscopeError):
    """A request that WorkOS answers with an error; ``status`` and ``body`` are that answer."""

    def __init__(self, status: int, body: JsonObject) -> None:
        self.status = status
        self.body = body
        self.code: str | None = body.get("code") or body.get("error")
        text = body.get("message") or body.get("error_description")
        super().__init__(f"{status} {self.code or ''}: {text}")

    @classmethod
    def of(
        cls, status: int, code: str | None, message: str, errors: Sequence[JsonObject] = ()
    ) -> ApiError:
        """Return an error of the shape ``{message, code?, errors?}``."""
        body: JsonObject = {"message": message}
        if code is not None:
            body["code"] = code
        if errors:
            body["errors"] = list(errors)
        return cls(status, body)


class DeliveriesPending(OrgscopeError):
    """``quiesce`` gave up: some deliveries are still to be made."""


def not_found(noun: str, identifier: str) -> ApiError:
    """Return the 404 of an object that does not exist."""
    return ApiError.of(404, "entity_not_found", f"{noun} not found: '{identifier}'.")


def invalid(field: str, code: str) -> ApiError:
    """Return the 422 of a field that does not validate; ``code`` says why."""
    return ApiError.of(422, None, "Validation failed", [{"field": field, "code": code}])


def oauth_error(error: str, description: str) -> ApiError:
    """Return a 400 of the OAuth shape."""
    return ApiError(400, {"error": error, "error_description": description})
