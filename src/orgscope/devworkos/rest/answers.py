"""Answers: JSON as WorkOS writes it, and answers that do not arrive whole."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from orgscope.devworkos.wire import dumps

__all__ = ["BrokenOff", "JsonAnswer"]


class JsonAnswer(Response):
    """A JSON response in the bytes that WorkOS would send."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        return dumps(content)


class BrokenOff(Response):
    """A response that announces its whole length and ends in the middle, with the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        half = bytes(self.body)[: len(self.body) // 2]
        # The server closes the connection of a response that is never completed.
        await send({"type": "http.response.body", "body": half, "more_body": True})
