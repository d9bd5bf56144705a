"""``POST /api/webhooks/workos``: an event is acknowledged only after its body is committed.

    415 not JSON ─▶ 503 no secret ─▶ 413 too long ─▶ 400/401 signature ─▶ 400 not a JSON object
    ─▶ 503 the database could not store it ─▶ 200 {"outcome": …} after COMMIT

WorkOS repeats what is not answered with 2xx. An event that is stored and cannot be applied is
answered with 200 as well: repeating it would not help, and the inbox keeps it.
"""

from __future__ import annotations

import logging
from typing import Final

import psycopg
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orgscope import signature
from orgscope.errors import EventMalformed, OrgscopeError, Problem
from orgscope.metrics import WEBHOOK_DURATION, WEBHOOKS, WEBHOOKS_BY_OLDER_SECRET
from orgscope.sync import Outcome
from orgscope.sync.receiver import Receiver
from orgscope.tracing import span
from orgscope.web.problems import HttpError, problem_response
from orgscope.web.report import report
from orgscope.web.services import Services, services_of

__all__ = ["MAX_BODY", "PATH", "webhook_route"]

PATH: Final = "/api/webhooks/workos"
MAX_BODY: Final = 262_144
"""The longest body that is read, in bytes."""

_MEDIA_TYPE: Final = Problem(
    415, "unsupported-media-type", "Expected a body of the media type application/json."
)
_TOO_LARGE: Final = Problem(
    413, "content-too-large", f"Expected a body of at most {MAX_BODY} bytes."
)
_MALFORMED_SIGNATURE: Final = Problem(
    400, "malformed-signature", "Expected one WorkOS-Signature header: t=<13 digits>, v1=<64 hex>."
)
_MALFORMED_BODY: Final = Problem(
    400, "malformed-event", "Expected one JSON object in UTF-8 as the body."
)
_MISMATCH: Final = Problem(
    401, "signature-mismatch", "No webhook secret of this endpoint made the signature."
)
_STALE: Final = Problem(401, "stale-signature", "The signature's time is not within the tolerance.")
_UNAVAILABLE: Final = Problem(
    503, "webhook-unavailable", "The event could not be stored. Send it again.", None, 5
)

_logger = logging.getLogger(__name__)


def webhook_route(path: str = PATH) -> Route:
    """Return the route; methods other than POST are answered with 405."""
    return Route(path, receive_webhook, methods=["POST"])


async def receive_webhook(request: Request) -> Response:
    """Verify the signature over the raw body, store and apply the event, then acknowledge."""
    with span("orgscope.webhook") as current:
        try:
            outcome = await _receive(request, services_of(request.scope))
        except HttpError as error:
            current.set({"orgscope.outcome": error.problem.code})
            if error.problem.status >= 500:  # What is refused for its own faults is no failure.
                current.fail(error.__context__ or error)
            WEBHOOKS.labels(error.problem.code).inc()
            _logger.debug(
                "A webhook was refused: %s.",
                error.problem.code,
                extra={"event": "webhook.refused", "reason": error.problem.code},
            )
            return problem_response(request.scope, error.problem)
        current.set({"orgscope.outcome": outcome})
    WEBHOOKS.labels(outcome).inc()
    _logger.log(
        logging.WARNING if outcome == Outcome.FAILED else logging.DEBUG,
        "A webhook was stored: %s.",
        outcome,
        extra={"event": "webhook.received", "outcome": str(outcome)},
    )
    return JSONResponse({"outcome": outcome})


async def _receive(request: Request, services: Services) -> Outcome:
    settings = services.settings
    if not _is_json(request):
        raise HttpError(_MEDIA_TYPE)
    secrets = [one.get_secret_value() for one in settings.workos_webhook_secret]
    if not secrets or settings.sync_url is None:
        _logger.error(
            "A webhook came, and WORKOS_WEBHOOK_SECRET or ORGSCOPE_SYNC_URL is not set.",
            extra={"event": "webhook.unconfigured"},
        )
        raise HttpError(_UNAVAILABLE)
    body = await _read_body(request)
    _check_signature(body, request, secrets, settings.webhook_tolerance_s)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise HttpError(_MALFORMED_BODY) from None
    if "\0" in text:  # The driver cannot send it, and no JSON text has one.
        raise HttpError(_MALFORMED_BODY)
    return await _store(services.receiver, text, request)


def _is_json(request: Request) -> bool:
    values = request.headers.getlist("content-type")
    return len(values) == 1 and values[0].split(";")[0].strip().lower() == "application/json"


async def _read_body(request: Request) -> bytes:
    """Return the body; a longer one than ``MAX_BODY`` is refused before the rest of it is read.

    Starlette's ``max_body_size`` would answer in plain text, whatever the endpoint says.
    """
    if _announced_length(request) > MAX_BODY:
        raise HttpError(_TOO_LARGE)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise HttpError(_TOO_LARGE)
    except ClientDisconnect:
        raise HttpError(_MALFORMED_BODY) from None
    return bytes(body)


def _announced_length(request: Request) -> int:
    try:
        return int(request.headers.get("content-length", "0"))
    except ValueError:
        return 0  # What it is worth is the server's business; what comes is counted.


def _check_signature(body: bytes, request: Request, secrets: list[str], tolerance_s: int) -> None:
    headers = request.headers.getlist(signature.HEADER)
    try:
        verified = signature.verify(body, headers, secrets, tolerance_s=tolerance_s)
    except signature.SignatureMalformed:
        raise HttpError(_MALFORMED_SIGNATURE) from None
    except signature.SignatureStale as error:
        _logger.warning(
            "A webhook was signed %.0f s ago and is refused; the Events API still has the event.",
            error.age_s,
            extra={"event": "webhook.stale_signature", "age_s": error.age_s},
        )
        raise HttpError(_STALE) from None
    except signature.SignatureError:
        raise HttpError(_MISMATCH) from None
    if verified.secret_index > 0:
        WEBHOOKS_BY_OLDER_SECRET.inc()


async def _store(receiver: Receiver, body: str, request: Request) -> Outcome:
    try:
        with WEBHOOK_DURATION.time():
            return await receiver.receive(body)
    except EventMalformed:
        raise HttpError(_MALFORMED_BODY) from None
    except (OrgscopeError, psycopg.Error) as error:
        # Whatever it was, nothing is acknowledged: WorkOS sends the event again.
        report(error, _UNAVAILABLE, request.scope)
        raise HttpError(_UNAVAILABLE) from None
