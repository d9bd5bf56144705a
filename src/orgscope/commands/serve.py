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

from orgscope.commands.options import ProjectOption, opened
from orgscope.errors import ConfigurationError
from orgscope.keys import sync_keys
from orgscope.metrics import serve_metrics
from orgscope.settings import Settings

__all__ = ["reloaded", "serve"]

_APP: Final = "ORGSCOPE_SERVE_APP"
_PROJECT: Final = "ORGSCOPE_PROJECT"
"""Where a reloading parent tells its child which application to serve, and in which project."""

_NEVER_BESIDE_REQUESTS: Final = {
    "dba": "whoever has it owns the database",
    "migrator": "whoever has it can change every policy",
    "keys": "whoever may push a signing key can be anyone",
}
"""The URLs that do not belong into a web process, and why."""

_logger = logging.getLogger(__name__)


def serve(
    *,
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
    project: ProjectOption = None,
) -> None:
    """Serve the application: webhooks, status, and your routes.

    It refuses requests while the database lacks a revision of orgscope or of the project.
    """
    settings, _ = opened(project)
    logging.basicConfig(level=logging.INFO)
    _warn(settings, pushes_keys=with_keys or reload)
    if reload:
        _serve_with_reload(settings, app, host, port)
        return
    uvicorn = _uvicorn()
    create_app = _load(app)
    options: dict[str, Any] = {}
    if with_keys:
        asyncio.run(_push(settings))
        options["ask_for_keys"] = lambda: _push(settings)
    with serve_metrics(settings):
        uvicorn.run(
            create_app(settings, **options),
            host=host,
            port=port,
            access_log=False,  # It would print query strings, and those hold codes.
            proxy_headers=False,
            server_header=False,
        )


def _warn(settings: Settings, *, pushes_keys: bool) -> None:
    """Log each URL in this process that can do more than requests and webhooks need."""
    for login, why in _NEVER_BESIDE_REQUESTS.items():
        if getattr(settings, f"{login}_url") is None or (login == "keys" and pushes_keys):
            continue
        variable = f"ORGSCOPE_{login.upper()}_URL"
        _logger.warning(
            "%s is set in a web process: %s. Set it only where it is needed.",
            variable,
            why,
            extra={"event": "serve.url_beside_requests", "variable": variable},
        )


def _serve_with_reload(settings: Settings, app: str, host: str, port: int) -> None:
    """Serve from a process that uvicorn starts anew; keys are pushed, since it is development."""
    os.environ[_APP] = app
    if settings.project is not None:
        os.environ[_PROJECT] = str(settings.project)
    asyncio.run(_push(settings))
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
    folder = os.environ.get(_PROJECT)
    settings, _ = opened(Path(folder) if folder else None)
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
