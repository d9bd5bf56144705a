"""What to say of a call that failed: the error, its reason, and what to do.

A message is stored and shown. Of an answer it holds the status and WorkOS's word for the error;
of the call the endpoint without identifiers.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from orgscope.errors import ProviderError, ProviderReason, ProviderRefused, ProviderUnavailable

__all__ = ["failure", "reason_of"]

MAX_RETRY_AFTER_S: Final = 3600
"""The longest wait that is believed, in seconds: a wrong date must not stop a mirror for years."""

_REFUSALS: Final[dict[ProviderReason, str]] = {
    "unauthorized": (
        "WorkOS does not accept the API key. Set WORKOS_API_KEY to a key of this environment that "
        "was not revoked."
    ),
    "forbidden": (
        "The API key may not read this. Give the key the permission in the WorkOS dashboard, or "
        "set WORKOS_API_KEY to another key."
    ),
    "not_found": (
        "What was asked about does not exist in this environment. If it should, check "
        "WORKOS_API_KEY and WORKOS_BASE_URL: they may be of another environment."
    ),
    "bad_request": (
        "WorkOS refuses the call, and will again. Its word, where it has one, says why. A cursor "
        "may be too old: reconcile. Otherwise WorkOS has changed: update orgscope."
    ),
}

_OUTAGES: Final[dict[ProviderReason, str]] = {
    "rate_limited": (
        "WorkOS wants fewer calls. It is asked again later. If this stays, find what else "
        "calls WorkOS in this environment."
    ),
    "server_error": (
        "WorkOS failed. It is asked again later. If this stays, see the status page of WorkOS."
    ),
    "timeout": (
        "WorkOS did not answer in time. It is asked again later. If this stays, check the network."
    ),
    "unreachable": (
        "No connection to WorkOS. Check the network, the proxy, certificates and WORKOS_BASE_URL."
    ),
    "redirected": (
        "The answer is a redirect, which is not followed. Set WORKOS_BASE_URL to the API itself."
    ),
    "not_json": (
        "The answer is not JSON, so it is not from WorkOS. Check the proxy and WORKOS_BASE_URL."
    ),
    "truncated": (
        "The answer is damaged or ends early. It is asked for again later. If this stays, check "
        "the proxy and the network."
    ),
    "unexpected": (
        "The answer has another form than WorkOS documents. Check WORKOS_BASE_URL. If that is "
        "right, WorkOS has changed: update orgscope."
    ),
    "too_large": ("The answer is larger than orgscope reads. Check the proxy and WORKOS_BASE_URL."),
    "unavailable": "The call failed. WorkOS is asked again later.",
}

_REASONS: Final[dict[int, ProviderReason]] = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    408: "timeout",
    429: "rate_limited",
}

_WORD: Final = re.compile(r"[a-z]+(_[a-z]+)*")
"""WorkOS's words for errors. Ids, keys and tokens have digits or capitals, addresses have signs."""

_MAX_WORD: Final = 64


def reason_of(status: int, body: bytes) -> ProviderReason | None:
    """Return why an answer is a failure, None for a success (2xx).

    Only WorkOS can refuse, and it does so with a JSON object: a 404 of a proxy says nothing about
    an object.
    """
    if 200 <= status < 300:
        return None
    if status < 400:
        return "redirected"
    if status >= 500:
        return "server_error"
    reason = _REASONS.get(status, "bad_request")
    if reason in _REFUSALS and _object_of(body) is None:
        return "not_json"
    return reason


def failure(
    reason: ProviderReason,
    endpoint: str,
    *,
    status: int | None = None,
    body: bytes = b"",
    retry_after_s: float | None = None,
) -> ProviderError:
    """Return the error to raise. ``retry_after_s`` is what WorkOS asked for, in seconds.

    ``endpoint`` is the path without identifiers; ``body`` is searched for WorkOS's word for the
    error, and nothing else of it is kept.
    """
    code = _code_of(body)
    answer = ", ".join(str(part) for part in (status, code) if part is not None)
    where = f"{endpoint} ({answer})" if answer else endpoint
    if reason in _REFUSALS:
        return ProviderRefused(f"{where}: {_REFUSALS[reason]}", reason=reason, code=code)
    wait = {} if retry_after_s is None else {"retry_after_s": _whole_seconds(retry_after_s)}
    return ProviderUnavailable(f"{where}: {_OUTAGES[reason]}", reason=reason, **wait)


def _whole_seconds(seconds: float) -> int:
    return max(1, math.ceil(min(seconds, MAX_RETRY_AFTER_S)))


def _object_of(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _code_of(body: bytes) -> str | None:
    """Return ``code``, ``error`` or the code of the first of ``errors``, if it is a plain word."""
    answer = _object_of(body) or {}
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    candidates = [answer.get("code"), answer.get("error")]
    candidates += [first.get("code")] if isinstance(first, dict) else []
    for word in candidates:
        if isinstance(word, str) and len(word) <= _MAX_WORD and _WORD.fullmatch(word):
            return word
    return None
