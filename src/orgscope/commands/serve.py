"""``orgscope serve``: run the web layer under uvicorn."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import httpx2
import typer

from orgscope.errors import ConfigurationError
from orgscope.keys import sync_keys
from orgscope.settings import Settings

__all__ = ["reloaded", "serve"]

_APP: Final = "ORGSCOPE_SERVE_APP"
"""Where a reloading parent tells its child which application to serve."""


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    app: Annotated[
        str, typer.Option(help="module:create_app, called with create_app's arguments.")
    ] = "orgscope.web:create_app",
    with_keys: Annotated[
        bool,
        typer.Option(
            "--with-keys",
            help="Push signing keys from this process. For demos: a web process that may push "
            "keys can be anyone.",
        ),
    ] = False,
    reload: Annotated[
        bool,
        typer.Option("--reload", help="For development: start again when the code changes."),
    ] = False,
) -> None:
    """Serve the application: webhooks, status, and your routes."""
    settings = Settings()
    if reload:
        _serve_with_reload(app, host, port)
        return
    uvicorn = _uvicorn()
    create_app = _load(app)
    options: dict[str, Any] = {}
    if with_keys:
        asyncio.run(_push(settings))
        options["ask_for_keys"] = lambda: _push(settings)
    logging.basicConfig(level=logging.INFO)
    uvicorn.run(
        create_app(settings, **options),
        host=host,
        port=port,
        access_log=False,  # It would print query strings, and those hold codes.
        proxy_headers=False,
        server_header=False,
    )


def _serve_with_reload(app: str, host: str, port: int) -> None:
    """Serve from a process that uvicorn starts anew; keys are pushed, since it is development."""
    os.environ[_APP] = app
    asyncio.run(_push(Settings()))
    module = importlib.util.find_spec(app.partition(":")[0])
    _uvicorn().run(
        f"{__name__}:reloaded",
        factory=True,
        reload=True,
        reload_dirs=[str(Path(module.origin).parent)] if module and module.origin else None,
        host=host,
        port=port,
        access_log=False,
    )


def reloaded() -> Any:
    """Return the application in a process that ``--reload`` started."""
    settings = Settings()
    return _load(os.environ[_APP])(settings, ask_for_keys=lambda: _push(settings))


async def _push(settings: Settings) -> None:
    async with httpx2.AsyncClient() as http_client:
        await sync_keys(settings, http_client)


def _uvicorn() -> Any:
    try:
        import uvicorn  # noqa: PLC0415 - an optional dependency
    except ImportError:
        raise ConfigurationError(
            "Serving needs uvicorn. Install it with: pip install 'orgscope[serve]'"
        ) from None
    return uvicorn


def _load(target: str) -> Any:
    """Return the function that ``module:name`` names.

    Raises ConfigurationError when there is none.
    """
    from uvicorn.importer import ImportFromStringError, import_from_string  # noqa: PLC0415 - optional

    sys.path.insert(0, "")  # As uvicorn does: the project is where the command is run.
    try:
        return import_from_string(target)
    except ImportFromStringError as error:
        raise ConfigurationError(f"--app: {error}") from None
