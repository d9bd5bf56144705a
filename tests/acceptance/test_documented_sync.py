"""The Python of docs/howto/sync-from-code.md is run as it stands."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import httpx2
import pytest

import orgscope.sync
from orgscope.authz import Verifier
from orgscope.db import Database as OwnDatabase
from orgscope.devstack import environment
from orgscope.devworkos import serve
from orgscope.provider import WorkOS
from orgscope.settings import Settings
from tests.database import Database
from tests.tokens import StaticKeys, rsa_key
from tests.web import web_settings, world

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "sync-from-code.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def compiled(block: str) -> CodeType:
    code: CodeType = compile(block, PAGE.name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return code


async def test_sync_from_code__code__runs(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    local = world()
    person = local.create_user("ada@example.com", metadata={"plan": "gold"})
    acme = local.create_organization("Acme")
    membership = local.create_membership(person["id"], acme["id"])

    async def authenticate() -> dict[str, Any]:
        """Answer a sign-in as WorkOS does: the user has no metadata."""
        return {"user": {name: value for name, value in person.items() if name != "metadata"}}

    access_token = database.token(sub=person["id"], org_id=acme["id"])
    verifier = Verifier(database.settings, StaticKeys(rsa_key()))
    with serve(local, settings=Settings.model_construct()) as server:
        settings = web_settings(
            database, workos_base_url=server.url, workos_issuer=database.settings.accepted_issuers
        )
        for name, value in environment(settings).items():
            monkeypatch.setenv(name, value)
        async with httpx2.AsyncClient(trust_env=False) as http, OwnDatabase(settings) as own:
            names = {
                "authenticate": authenticate,
                "database": own,
                "membership_id": membership["id"],
                "principal": await verifier.verify(access_token),
                "user_id": person["id"],
                "workos": WorkOS(settings, http),
            }
            for block in BLOCK.findall(PAGE.read_text("utf-8")):
                # Each block has names of its own, so that what one forgets to import is missing.
                running = FunctionType(compiled(block), dict(names))()
                if inspect.isawaitable(running):
                    await running
    assert "outcome=<Outcome.APPLIED" in capsys.readouterr().out
    [(raw,)] = database.rows("select raw from workos.users")
    assert raw == person, "metadata stayed"
    assert database.rows("select role_slug from workos.organization_memberships") == [("admin",)]


def test_sync_from_code__service_functions__all_are_in_the_table() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8")))
    modules = ("users", "organizations", "memberships")
    service = {
        name
        for name in orgscope.sync.__all__
        if getattr(orgscope.sync, name).__module__.rpartition(".")[2] in modules
    }
    assert len(service) == 13
    assert service <= named
