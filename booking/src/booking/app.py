"""The application: booking's routes on top of orgscope's."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette

from booking.api import routes
from orgscope.settings import Settings
from orgscope.web import create_app as create_orgscope_app

__all__ = ["create_app"]


def create_app(settings: Settings | None = None, **options: Any) -> Starlette:
    """Return the ASGI application; settings come from the environment by default.

    ``options`` are those of ``orgscope.web.create_app``.
    """
    return create_orgscope_app(settings, routes=routes, **options)
