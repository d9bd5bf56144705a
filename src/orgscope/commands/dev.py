"""``orgscope dev``: the stack of a project on this machine, and tokens for it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from orgscope.errors import ConfigurationError
from orgscope.project import DEV_ENVIRONMENT, Project
from orgscope.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Run a project with an embedded PostgreSQL and a local WorkOS.")

ProjectOption = Annotated[Path, typer.Option(help="The project's folder.")]


@app.command()
def up(
    factory: Annotated[str, typer.Option("--app", help="module:factory of the service.")],
    project: ProjectOption = Path(),
    source: Annotated[Path | None, typer.Option(help="Where the module lies.")] = None,
) -> None:
    """Start everything, reload the service when its code changes, and stay up until Ctrl-C."""
    from orgscope.devstack import running_stack  # noqa: PLC0415 - slow, and a token needs none of it

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with running_stack(
        Project.load(project), factory, reload=True, pythonpath=source and source.resolve()
    ) as stack:
        typer.echo(f"service       {stack.url}")
        typer.echo(f"local WorkOS  {stack.workos_url}")
        typer.echo(f"settings      {project / DEV_ENVIRONMENT}")
        try:
            signal.pause()
        except KeyboardInterrupt:
            typer.echo("bye")


@app.command()
def token(
    user: Annotated[str, typer.Option(help="The WorkOS user id.")],
    org: Annotated[str | None, typer.Option(help="The WorkOS organization id.")] = None,
    project: ProjectOption = Path(),
) -> None:
    """Print an access token of the local WorkOS; a real one never signs for the asking."""
    path = project / DEV_ENVIRONMENT
    if not path.is_file():
        raise ConfigurationError(f"{path} does not exist. Start the stack with `orgscope dev up`.")
    settings = Settings(_env_file=path)
    try:
        answer = httpx2.post(
            f"{settings.workos_base_url}/_dev/token",
            headers={"Authorization": f"Bearer {settings.required('workos_api_key')}"},
            json={"user_id": user, "organization_id": org},
            timeout=10,
        )
    except httpx2.TransportError as error:
        raise ConfigurationError(
            f"no local WorkOS answers at {settings.workos_base_url}, which {path} names. Start the "
            "stack with `orgscope dev up`."
        ) from error
    if not answer.is_success:
        raise ConfigurationError(
            f"the local WorkOS refused ({answer.status_code}): {answer.json().get('message')}"
        )
    typer.echo(answer.json()["access_token"])
