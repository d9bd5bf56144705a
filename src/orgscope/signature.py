"""Sign and verify WorkOS webhooks over the raw bytes of the body.

The header ``WorkOS-Signature`` reads ``t=<milliseconds>, v1=<hex>``, where the hex is
``HMAC-SHA256(secret, "<t>." + body)``. Read the body before any framework parses it: JSON that was
parsed and written again has other bytes, and no signature.

Nothing here depends on a web framework::

    verify(await request.body(), request.headers.getlist(HEADER), secrets)     # Starlette, FastAPI
    verify(request.body, request.headers.get(HEADER), secrets)                 # Django
    verify(request.get_data(), request.headers.getlist(HEADER), secrets)       # Flask

Source: https://workos.com/docs/events/data-syncing/webhooks.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from orgscope.errors import ConfigurationError, OrgscopeError

__all__ = [
    "FUTURE_TOLERANCE_S",
    "HEADER",
    "TOLERANCE_S",
    "SignatureError",
    "SignatureMalformed",
    "SignatureMismatch",
    "SignatureStale",
    "Verified",
    "sign",
    "verify",
]

HEADER: Final = "WorkOS-Signature"
"""The name of the header."""

TOLERANCE_S: Final = 180
"""How old a signature may be, in seconds, unless ``verify`` is told otherwise."""

FUTURE_TOLERANCE_S: Final = 30
"""How far the signer's clock may be ahead of ours, in seconds."""

_MAX_HEADER_CHARS: Final = 128
_HEADER: Final = re.compile(r"t=([0-9]{13}), ?v1=([0-9a-f]{64})")
_OTHER_TIMESTAMP: Final = re.compile(r"t=([0-9]+), ?v1=[0-9a-f]{64}")


class SignatureError(OrgscopeError):
    """The webhook's signature was not accepted. No message holds the header or a secret."""

    http_status: ClassVar[int] = 401
    """What the webhook endpoint answers."""


class SignatureMalformed(SignatureError):
    """The header is missing, repeated, or not of the form ``t=<13 digits>, v1=<64 hex>``."""

    http_status: ClassVar[int] = 400


class SignatureMismatch(SignatureError):
    """No secret makes this signature for this body: another secret, or a changed body."""


class SignatureStale(SignatureError):
    """The signature is right, and its time lies outside the tolerance.

    Count these on their own: WorkOS does not say whether a retry is signed again, so a late retry
    may end here. ``age_s`` is the age in seconds, negative when the time lies in the future.
    """

    def __init__(self, message: str, *, age_s: float) -> None:
        super().__init__(message)
        self.age_s = age_s


@dataclass(frozen=True, slots=True)
class Verified:
    """What is known of a webhook whose signature was accepted."""

    timestamp_ms: int
    """When it was signed, in milliseconds since 1970."""

    secret_index: int
    """Which of the secrets signed it; above 0 means that an older secret is still in use."""


def sign(body: bytes, secret: str, *, timestamp_ms: int | None = None) -> str:
    """Return the header value that signs ``body`` as WorkOS does.

    ``timestamp_ms`` is the time of signing in milliseconds since 1970, by default now.

    Raises ConfigurationError for an empty secret and ValueError for a time that has not 13 digits.

    >>> sign(b"{}", "whsec_example", timestamp_ms=1_768_478_400_000)[:20]
    't=1768478400000, v1='
    """
    stamp = str(_now_ms() if timestamp_ms is None else timestamp_ms)
    if not re.fullmatch(r"[0-9]{13}", stamp):
        raise ValueError(f"timestamp_ms must be milliseconds since 1970 (13 digits); got {stamp}")
    return f"t={stamp}, v1={_digest(body, _key(secret), stamp).hex()}"


def verify(
    body: bytes,
    header: str | Sequence[str] | None,
    secrets: Sequence[str],
    *,
    tolerance_s: int = TOLERANCE_S,
    now_ms: int | None = None,
) -> Verified:
    """Accept a webhook's signature, or raise.

    ``body`` is the body as received. ``header`` is the value of ``WorkOS-Signature``, or every
    value that the request had under that name. ``secrets`` are the accepted secrets, the current
    one first: during a rotation list the new and the old. ``tolerance_s`` is the oldest accepted
    age in seconds, inclusive. ``now_ms`` is the present in milliseconds since 1970, by default the
    system clock.

    The time is judged after the signature, so ``SignatureStale`` means a genuine webhook.

    Raises SignatureMalformed (400), SignatureMismatch (401) or SignatureStale (401), all of them
    SignatureError; ConfigurationError when there is no usable secret; TypeError when the body is
    text.
    """
    if not isinstance(body, bytes):
        raise TypeError(f"verify() needs the raw body as bytes; got {type(body).__name__}")
    keys = _keys(secrets)
    stamp, claimed = _parse(header)
    index: int | None = None
    for position, key in enumerate(keys):
        # Every secret is tried, so that the time taken does not tell which of them matched.
        if hmac.compare_digest(_digest(body, key, stamp), claimed) and index is None:
            index = position
    if index is None:
        raise SignatureMismatch(
            f"None of the {len(keys)} configured webhook secrets made this signature. Compare the "
            "endpoint's secret in the WorkOS dashboard, and pass the body as received."
        )
    _check_age(int(stamp), _now_ms() if now_ms is None else now_ms, tolerance_s)
    return Verified(int(stamp), index)


def _parse(header: str | Sequence[str] | None) -> tuple[str, bytes]:
    """Return the timestamp's digits and the signature's bytes, or raise SignatureMalformed."""
    values: Sequence[object]  # object: untyped callers pass bytes
    values = [] if header is None else [header] if isinstance(header, str) else list(header)
    if len(values) != 1:
        raise SignatureMalformed(f"Expected one {HEADER} header; got {len(values)}.")
    value = values[0]
    if not isinstance(value, str) or len(value) > _MAX_HEADER_CHARS:
        raise SignatureMalformed(
            f"Expected {HEADER} as text of at most {_MAX_HEADER_CHARS} characters."
        )
    match = _HEADER.fullmatch(value)
    if match is None:
        other = _OTHER_TIMESTAMP.fullmatch(value)
        if other is not None:
            raise SignatureMalformed(
                f"The timestamp in {HEADER} must be milliseconds (13 digits); "
                f"got {len(other[1])} digits. Is the sender counting seconds?"
            )
        raise SignatureMalformed(f"{HEADER} is not of the form 't=<13 digits>, v1=<64 hex>'.")
    return match[1], bytes.fromhex(match[2])


def _check_age(timestamp_ms: int, now_ms: int, tolerance_s: int) -> None:
    age_ms = now_ms - timestamp_ms
    age_s = age_ms / 1000
    if age_ms > tolerance_s * 1000:
        raise SignatureStale(
            f"The webhook was signed {age_s:.3f} s ago; at most {tolerance_s} s are accepted. "
            "The event is still in the Events API.",
            age_s=age_s,
        )
    if age_ms < -FUTURE_TOLERANCE_S * 1000:
        raise SignatureStale(
            f"The webhook was signed {-age_s:.3f} s in the future; at most {FUTURE_TOLERANCE_S} s "
            "are accepted. Check this machine's clock.",
            age_s=age_s,
        )


def _keys(secrets: Sequence[str]) -> list[bytes]:
    if isinstance(secrets, str):
        raise ConfigurationError("The webhook secrets must be a list of texts; got a single text.")
    if not secrets:
        raise ConfigurationError("No webhook secret is configured. Set WORKOS_WEBHOOK_SECRET.")
    return [_key(secret) for secret in secrets]


def _key(secret: str) -> bytes:
    if not secret:
        raise ConfigurationError("A webhook secret is empty. Set WORKOS_WEBHOOK_SECRET.")
    try:
        # An environment variable that is not UTF-8 reaches us in this form; give its bytes back.
        return secret.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # "from None": the original exception carries the secret.
        raise ConfigurationError("A webhook secret is not valid text.") from None


def _digest(body: bytes, key: bytes, stamp: str) -> bytes:
    return hmac.new(key, stamp.encode("ascii") + b"." + body, hashlib.sha256).digest()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
