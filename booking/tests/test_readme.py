"""The service that the README shows is run as it stands, against booking's database."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from starlette.testclient import TestClient

from orgscope.settings import Settings
from orgscope.testing import Database

README = Path(__file__).parents[2] / "README.md"
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
    service: ModuleType, orgscope_database: Database, orgscope_settings: Settings
) -> None:
    places = (("user_01ADA", "org_01ANALYTICAL"), ("user_01BOB", "org_01BUILDERS"))
    for place in places:
        orgscope_database.add_member(*place)
        with orgscope_database.act_as(*place, commit=True) as acting:
            acting.execute(
                "insert into app.events (title, duration_minutes) values (%s, 30)",
                (f"A visit of {place[0]}",),
            )
    with TestClient(service.create_app(orgscope_settings)) as client:
        assert client.get("/readyz").status_code == 200
        assert client.get("/events").status_code == 401
        for place in places:
            answer = client.get("/events", headers=orgscope_database.bearer(*place))
            assert answer.json() == [f"A visit of {place[0]}"]
