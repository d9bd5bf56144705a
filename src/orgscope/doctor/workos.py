"""What WorkOS itself says: the keys that it serves, the issuer that it names, and its clock."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx2
import psycopg

from orgscope.doctor.findings import Finding, What, fail, listed, ok, warn
from orgscope.doctor.server import SKEW_WARN_S
from orgscope.jwks import signing_keys
from orgscope.jwks.document import Document, FetchError, fetch_document
from orgscope.settings import Settings

__all__ = ["Answers", "ask", "check_clock", "check_issuer", "check_served_keys"]

_TIMEOUT_S: Final = 3.0
_DISCOVERY: Final = "/user_management/{client_id}/.well-known/openid-configuration"
_GRACE: Final = timedelta(minutes=70)
"""A key that WorkOS does not serve is withdrawn after an hour, by a worker that asks every five
minutes."""

_MEND_UNREACHABLE: Final = "See whether this host reaches WORKOS_BASE_URL, and WORKOS_CLIENT_ID."


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of the JWKS and of the discovery document; ``asked_at`` and ``answered_at`` are
    this host's clock around the JWKS, in seconds since 1970."""

    jwks: Document | FetchError
    discovery: Document | FetchError
    asked_at: float
    answered_at: float


def ask(settings: Settings, transport: httpx2.AsyncBaseTransport | None) -> Answers:
    """Ask WorkOS, without the API key. Raises ConfigurationError without the client id."""
    return asyncio.run(_ask(settings, transport))


def check_clock(answers: Answers, settings: Settings) -> Iterator[Finding]:
    """Compare this host's clock with the time in WorkOS's answer, which has whole seconds."""
    what = What.CLOCK_OF_WORKOS
    if isinstance(answers.jwks, FetchError):
        yield _unreachable(what, answers.jwks)
        return
    headers = answers.jwks.headers
    try:
        there = parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except ValueError:
        yield warn(
            what,
            "The answer of WorkOS has no Date, so the clocks could not be compared.",
            "See which proxy takes the header away.",
        )
        return
    # A cache says how long it has had the answer (RFC 9111, section 5.1).
    age = headers.get("Age", "")
    there += int(age) if age.isascii() and age.isdigit() else 0
    skew_s = max(there - answers.answered_at, answers.asked_at - (there + 1), 0.0)
    why, mend = f"WorkOS's clock and this one differ by {skew_s:.1f} s.", "Set this clock by NTP."
    if skew_s > settings.token_leeway_s:
        yield fail(what, f"{why} Tokens are refused that WorkOS has just signed.", mend)
    elif skew_s > SKEW_WARN_S:
        yield warn(what, why, mend)
    else:
        yield ok(what, why)


def check_issuer(answers: Answers, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Compare the issuer that WorkOS names for the client with those that the database accepts."""
    what = What.ISSUER
    if isinstance(answers.discovery, FetchError):
        yield _unreachable(what, answers.discovery)
        return
    [(accepted,)] = connection.execute("select authz.current_settings() -> 'issuers'").fetchall()
    issuer = _issuer(answers.discovery)
    if issuer is None:
        yield warn(
            what,
            "WorkOS's discovery document names no issuer.",
            "See WORKOS_BASE_URL, and a proxy.",
        )
    elif issuer in accepted:
        yield ok(what, f"WorkOS names {issuer!r}, which is accepted.")
    else:
        yield warn(
            what,
            f"WorkOS names {issuer[:255]!r}, and accepted are only {', '.join(sorted(accepted))}. "
            "Tokens of older environments name another than the document does.",
            "Look into a token, or for token.issuer_refused in the log. Then set WORKOS_ISSUER or "
            "WORKOS_BASE_URL, and run orgscope migrate.",
        )


def check_served_keys(answers: Answers, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Compare the keys that WorkOS serves now with those that the database accepts."""
    what = What.SERVED_KEYS
    if isinstance(answers.jwks, FetchError):
        yield _unreachable(what, answers.jwks)
        return
    try:
        served = {
            kid: _fingerprint(key.key.public_numbers().n)
            for kid, key in signing_keys(answers.jwks.body).items()
        }
    except ValueError:
        served = {}
    if not served:
        yield fail(what, "WorkOS serves no usable key for this client id.", "See WORKOS_CLIENT_ID.")
        return
    found = list(_differences(connection, served))
    yield from found
    if not found:
        yield ok(what, f"WorkOS serves {len(served)} now, and the database accepts just these.")


def _differences(
    connection: psycopg.Connection[Any], served: Mapping[str, str]
) -> Iterator[Finding]:
    what = What.SERVED_KEYS
    rows = connection.execute(
        """
        select k.kid, f.fingerprint, k.retired_at is null, k.withdrawn,
          now() - k.missing_since > %s
        from authz.list_keys() as k
        inner join authz.fingerprint_keys() as f on f.kid = k.kid
        """,
        (_GRACE,),
    ).fetchall()
    known = {kid: fingerprint for kid, fingerprint, _, _, _ in rows}
    live = {kid for kid, _, is_live, _, _ in rows if is_live}
    withdrawn = {kid for kid, _, _, is_withdrawn, _ in rows if is_withdrawn}
    overdue = {kid for kid, _, is_live, _, is_overdue in rows if is_live and is_overdue}
    if other := [kid for kid in served if kid in known and known[kid] != served[kid]]:
        yield fail(
            what,
            f"The database has another key than WorkOS under {listed(other)}.",
            "Somebody pushed a key of their own, or WORKOS_BASE_URL leads to somebody else. Find "
            "out who had ORGSCOPE_KEYS_URL, then orgscope keys retire.",
        )
    if lacking := [kid for kid in served if kid not in known or kid in withdrawn]:
        yield fail(
            what,
            f"WorkOS signs with {listed(lacking)}, and the database refuses its tokens.",
            "Run orgscope keys sync; where keys are pinned, orgscope keys pin --off before it.",
        )
    if refused := served.keys() & known.keys() - live - withdrawn:
        yield warn(
            what,
            f"WorkOS serves {listed(refused)}, which an operator retired: its tokens are refused.",
            "Have WorkOS rotate its keys. A key that was retired never comes back.",
        )
    gone = live - served.keys()
    if late := gone & overdue:
        yield fail(
            what,
            f"The database accepts {listed(late)}, which WorkOS has not served for over an hour.",
            "Run orgscope worker, or orgscope keys sync. If it stays: orgscope keys retire.",
        )
    if early := gone - overdue:
        yield warn(
            what,
            f"The database accepts {listed(early)}, which WorkOS does not serve now.",
            "orgscope keys sync withdraws it after an hour. If it was never WorkOS's, somebody "
            "pushed it: orgscope keys retire.",
        )


async def _ask(settings: Settings, transport: httpx2.AsyncBaseTransport | None) -> Answers:
    client_id = settings.required("workos_client_id")
    discovery = settings.workos_base_url + _DISCOVERY.format(client_id=client_id)
    async with httpx2.AsyncClient(transport=transport) as client:
        asked_at = time.time()
        jwks = await _fetch(client, settings.jwks_url)
        answered_at = time.time()
        return Answers(
            jwks, await _fetch(client, discovery, template=_DISCOVERY), asked_at, answered_at
        )


async def _fetch(client: httpx2.AsyncClient, url: str, **options: str) -> Document | FetchError:
    try:
        return await fetch_document(client, url, timeout_s=_TIMEOUT_S, **options)
    except FetchError as error:
        return error


def _unreachable(what: What, error: FetchError) -> Finding:
    return warn(
        what,
        f"WorkOS could not be asked ({error.outcome}), so nothing is known.",
        _MEND_UNREACHABLE,
    )


def _issuer(document: Document) -> str | None:
    try:
        value = json.loads(document.body)
    except (ValueError, RecursionError):
        return None
    issuer = value.get("issuer") if isinstance(value, dict) else None
    return issuer if isinstance(issuer, str) else None


def _fingerprint(modulus: int) -> str:
    """Return what ``authz.fingerprint_keys`` returns for this modulus."""
    return hashlib.sha256(str(modulus).encode()).hexdigest()
