"""A plan that was made for a role before its rights changed (CVE-2026-14666)."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from orgscope.doctor.findings import Level
from orgscope.doctor.server import FLOORS, check_server
from tests.attacks.practices import Practices

QUERY = b"select id::text from app.events order by id"


def test_e29_plan_made_before_a_role_lost_bypassrls__stale_below_the_floor_that_doctor_names(
    practices: Practices,
) -> None:
    """PostgreSQL's hole is not ours to close: doctor says where it is, and no role of ours changes."""
    admin, settings = practices.database.admin, practices.database.settings
    admin.execute("create role stale_reader login bypassrls password 'stale'")
    try:
        admin.execute(
            sql.SQL("grant connect on database {} to stale_reader").format(
                sql.Identifier(admin.info.dbname)
            )
        )
        admin.execute("grant usage on schema app to stale_reader")
        admin.execute("grant select on app.events to stale_reader")
        dsn = make_conninfo(settings.url("dba"), user="stale_reader", password="stale")
        with psycopg.connect(dsn, autocommit=True) as connection:
            before = connection.execute(QUERY, prepare=True).fetchall()
            assert len(before) == 2
            admin.execute("alter role stale_reader nobypassrls")
            again = connection.execute(QUERY, prepare=True).fetchall()
            fresh = connection.execute(QUERY + b" -- planned anew").fetchall()
            major, minor = divmod(connection.info.server_version, 10_000)
    finally:
        admin.execute("drop owned by stale_reader")
        admin.execute("drop role stale_reader")
    is_below = minor < FLOORS[major]
    assert fresh == []
    assert again == (before if is_below else [])
    findings = {one.what: one for one in check_server(admin, settings)}
    version = findings["server version"]
    assert (version.level == Level.WARN) is is_below
    assert (f"{major}.{FLOORS[major]}" in str(version)) is is_below
