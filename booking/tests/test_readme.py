"""The service that the README shows is run as it stands, against booking's database."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from starlette.testclient import TestClient

from booking.demo.__main__ import PROJECT
from booking.demo.cast import Cast
from orgscope.devstack import Stack

README = PROJECT.parent / "README.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def service(tmp_path: Path) -> ModuleType:
    """The README's only Python, imported from ``service.py``."""
    [code] = BLOCK.findall(README.read_text("utf-8"))
    file = tmp_path / "service.py"
    file.write_text(code, "utf-8")
    spec = spec_from_file_location("service", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_readme__service__each_member_gets_the_rows_of_their_organization(
    service: ModuleType, stack: Stack, cast: Cast
) -> None:
    for person in (cast.ada, cast.bob):
        visit = {"title": f"{person.name}'s visit", "duration_minutes": 30}
        cast.post(person, "/api/events", visit).raise_for_status()
    with TestClient(service.create_app(stack.settings)) as client:
        assert client.get("/readyz").status_code == 200
        assert client.get("/events").status_code == 401
        for person in (cast.ada, cast.bob):
            answer = client.get("/events", headers=person.headers)
            assert answer.json() == [f"{person.name}'s visit"]
