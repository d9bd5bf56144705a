"""The application: booking's routes on top of orgscope's."""

from __future__ import annotations

from orgscope.web import create_app as create_orgscope_app
from starlette.applications import Starlette

from booking.api import routes
from orgscope.settings import Settings

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> Starlette:
    """Return the ASGI application; settings come from the environment by default."""
    return create_orgscope_app(settings, routes=routes)
