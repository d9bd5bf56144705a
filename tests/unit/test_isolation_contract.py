"""``contract.toml`` is read strictly: a slip of the pen must not become a silent permission."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orgscope.deploy import Project, core
from orgscope.errors import ConfigurationError
from orgscope.isolation import load_contract

TABLE = '[tables."shop.orders"]\n'
TENANT = TABLE + 'scope = "organization"\norganization = "org_id"\n'


def project(folder: Path, contract: str) -> Project:
    (folder / "policies").mkdir()
    (folder / "policies" / "contract.toml").write_text(contract)
    return Project("shop", folder, ("shop",))


def test_contract__core__covers_every_policies_file() -> None:
    files = {f"{path.parent.name}.{path.stem}" for path in core().policies.glob("*/*.sql")}
    assert set(load_contract((core(),)).tables) == files


def test_contract__short_and_long_form__mean_the_same(tmp_path: Path) -> None:
    text = TENANT + 'user = { select = "organization" }\nadmin = ["select"]\nlogins = ["select"]\n'
    table = load_contract((project(tmp_path, text),)).tables["shop.orders"]
    assert table.grants("user")["select"].rows == "organization"
    assert table.grants("admin")["select"].rows == "all"
    assert table.grants("user").keys() == {"select"}
    assert table.grants("sync").keys() == {"select"}


def test_contract__reason__is_what_admin_and_auditor_need(tmp_path: Path) -> None:
    table = load_contract((project(tmp_path, TENANT + 'auditor = ["select"]\n'),)).tables[
        "shop.orders"
    ]
    assert table.grants("auditor", with_reason=False) == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            TENANT + 'auditors = ["select"]', r'tables\."shop\.orders"\.auditors', id="role"
        ),
        pytest.param(
            TENANT + 'admin = ["read"]', r'tables\."shop\.orders"\.admin\.read', id="command"
        ),
        pytest.param(TABLE + 'scope = "tenant"', r'tables\."shop\.orders"\.scope', id="scope"),
        pytest.param(TABLE + 'scope = "organization"', "needs `organization`", id="no_column"),
        pytest.param(TENANT + 'user = { select = "own" }', "`person` must name", id="no_person"),
        pytest.param(
            TENANT + 'user = { select = "all" }', 'may reach "own" or "organization"', id="too_far"
        ),
        pytest.param(
            TENANT + 'person = "membership"', 'only scope "mirror" is reached', id="membership"
        ),
        pytest.param(
            TABLE + 'scope = "internal"\nuser = { select = "all" }', "nothing at all", id="internal"
        ),
        pytest.param(
            TENANT + 'admin = { select = "own" }', "only `user` is limited", id="limited_admin"
        ),
        pytest.param(
            TENANT + 'row_security = false\nadmin = ["select"]',
            "row_security = false",
            id="rls_off",
        ),
        pytest.param(
            TABLE + 'scope = "shared"\ndeleted = "deleted_at"', "`deleted` is for", id="deleted"
        ),
        pytest.param('[tables."orders"]\nscope = "internal"', "tables.orders", id="no_schema"),
        pytest.param(
            '[[functions]]\nroles = ["guest"]\nnames = ["shop.total"]',
            "functions.0.roles.0: Value error, a role is one of user, ",
            id="functions_of_an_unknown_role",
        ),
        pytest.param(
            '[views."shop.all"]\nscope = "internal"\nadmin = ["delete"]',
            'views."shop.all": Value error, admin: a view is read as a whole',
            id="view_that_is_written",
        ),
        pytest.param(
            '[views."shop.all"]\nscope = "mirror"', 'scope "mirror" is for tables', id="mirror_view"
        ),
        pytest.param("[tables", "is not TOML", id="not_toml"),
    ],
)
def test_contract__not_of_its_form__file_and_key_are_named(
    tmp_path: Path, text: str, fault: str
) -> None:
    with pytest.raises(ConfigurationError, match=fault) as caught:
        load_contract((project(tmp_path, text),))
    assert str(tmp_path / "policies" / "contract.toml") in str(caught.value)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[tables."workos.users"]\nscope = "internal"', 'tables."workos.users"'),
        ('[views."sync.status"]\nscope = "internal"', 'views."sync.status"'),
        ('[[functions]]\nroles = ["user"]\nnames = ["authz.begin"]', 'functions."authz.begin"'),
    ],
)
def test_contract__object_of_another_project__is_refused(
    tmp_path: Path, text: str, named: str
) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(f"{named} is not in a schema of shop")):
        load_contract((project(tmp_path, text),))


def test_contract__missing__says_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"contract\.toml does not exist"):
        load_contract((Project("shop", tmp_path, ("shop",)),))
