"""The order of the repeatable files, and files that would never be applied."""

from __future__ import annotations

import pytest

from orgscope.deploy import Project
from orgscope.errors import ConfigurationError
from orgscope.repeatable_files import render, repeatable_files
from tests.migrations.projects import write


def paths(project: Project) -> list[str]:
    return [file.path for file in repeatable_files(project, "orgscope")]


def test_repeatable_files__kinds__in_their_order(project: Project) -> None:
    for path in (
        "policies/shop/a.sql",
        "sql/shop/triggers/b.sql",
        "sql/workos/triggers/users.sql",
        "sql/shop/views/c.sql",
        "sql/shop/functions/e.sql",
        "sql/shop/functions/d.sql",
        "sql/queries/not_applied.sql",
    ):
        write(project, path, "select 1;\n")
    assert paths(project) == [
        "sql/shop/schema.sql",
        "sql/shop/functions/d.sql",
        "sql/shop/functions/e.sql",
        "sql/shop/views/c.sql",
        "sql/workos/triggers/users.sql",
        "sql/shop/triggers/b.sql",
        "policies/shop/a.sql",
    ]


def test_repeatable_files__requires__moves_behind(project: Project) -> None:
    write(project, "sql/shop/functions/a.sql", "-- requires: sql/shop/functions/c.sql\nselect 1;\n")
    for name in "bcd":
        write(project, f"sql/shop/functions/{name}.sql", "select 1;\n")
    assert [path[-5] for path in paths(project)[1:]] == ["b", "c", "a", "d"]


def test_repeatable_files__requires_in_a_circle__refused(project: Project) -> None:
    write(project, "sql/shop/functions/a.sql", "-- requires: sql/shop/functions/b.sql\n")
    write(project, "sql/shop/functions/b.sql", "-- requires: sql/shop/functions/a.sql\n")
    with pytest.raises(ConfigurationError, match=r"circle: .*a.sql"):
        paths(project)


def test_repeatable_files__requires_what_is_not_there__refused(project: Project) -> None:
    write(project, "sql/shop/functions/a.sql", "-- requires: sql/shop/functions/b.sql\n")
    with pytest.raises(ConfigurationError, match=r"a.sql: .*names sql/shop/functions/b.sql"):
        paths(project)


@pytest.mark.parametrize(
    "path",
    [
        "sql/shop/function/f.sql",
        "sql/shop/f.sql",
        "sql/shop/functions/deep/f.sql",
        "policies/notes.sql",
        "policies/shop/deep/notes.sql",
    ],
)
def test_repeatable_files__wrong_place__refused(project: Project, path: str) -> None:
    write(project, path, "select 1;\n")
    with pytest.raises(ConfigurationError, match=f"{path} would never be applied"):
        paths(project)


@pytest.mark.parametrize(
    "path", ["policies/workos/users.sql", "sql/authz/functions/begin.sql", "policies/other/x.sql"]
)
def test_repeatable_files__schema_of_others__refused(project: Project, path: str) -> None:
    write(project, path, "select 1;\n")
    with pytest.raises(ConfigurationError, match=f"{path}: the schemas of shop are shop"):
        paths(project)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("to orgscope_user;", "to acme_user;"),
        ("'orgscope_user'", "'acme_user'"),
        ('"orgscope_api"', '"acme_api"'),
        ("orgscope_user_id", "orgscope_user_id"),
        ("my_orgscope_user", "my_orgscope_user"),
        ("orgscope.rows", "orgscope.rows"),
    ],
)
def test_render__prefix__changes_role_names_only(text: str, rendered: str) -> None:
    assert render(text, "acme") == rendered
