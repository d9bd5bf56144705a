"""Three schemas that others wrote, for something else: what the lints say of them is true.

procrastinate, chancy and absurd are queues, which multi-tenant applications keep in their own
database. Each is made as its authors say, and belongs to a role of its own; a worker has what it
needs. Requests may look at the jobs of their tenant, by policies of ours, and know of no other
table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

import absurdctl
import psycopg
import pytest
from chancy import Chancy
from chancy.plugins.workflow import WorkflowPlugin
from procrastinate.schema import SchemaManager
from psycopg.conninfo import make_conninfo

from orgscope.embedded import Server
from orgscope.lint import Category, Level, Report, all_lints, lint

OWNER: Final = "queues_owner"
WORKER: Final = "queues_worker"
REQUEST: Final = "queues_request"

_BEFORE: Final = f"""
create role {OWNER} nologin;
create role {WORKER} nologin noinherit bypassrls;
create role {REQUEST} nologin;
create schema procrastinate authorization {OWNER};
create schema chancy authorization {OWNER};
grant create on database foreign_schemas to {OWNER};
"""
_TENANTS: Final = f"""
create schema tenants;
create table tenants.keys (kid integer primary key, secret text not null);
create function tenants.tenant() returns text language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select split_part(current_setting('tenants.sealed', true), '.', 1) from tenants.keys as k
    where k.secret = split_part(current_setting('tenants.sealed', true), '.', 2)
  );
end
$$;
revoke all on function tenants.tenant() from public;
grant usage on schema tenants to {REQUEST};
grant execute on function tenants.tenant() to {REQUEST};
"""
_WORKERS: Final = f"""
grant usage on schema absurd, procrastinate, chancy to {WORKER};
grant select, insert, update, delete
on all tables in schema absurd, procrastinate, chancy to {WORKER};
"""
# A tenant has a queue of its own: its name is the tenant's.
_POLICIES: Final = f"""
grant usage on schema procrastinate, chancy to {REQUEST};

alter table procrastinate.procrastinate_jobs enable row level security;
alter table procrastinate.procrastinate_jobs force row level security;
create policy select_own on procrastinate.procrastinate_jobs for select to {REQUEST}
using (queue_name = (select tenants.tenant()));
grant select on procrastinate.procrastinate_jobs to {REQUEST};

alter table procrastinate.procrastinate_events enable row level security;
alter table procrastinate.procrastinate_events force row level security;
create policy select_own on procrastinate.procrastinate_events for select to {REQUEST}
using (job_id = any(array(select j.id from procrastinate.procrastinate_jobs as j)));
grant select on procrastinate.procrastinate_events to {REQUEST};

alter table chancy.chancy_jobs enable row level security;
alter table chancy.chancy_jobs force row level security;
create policy select_own on chancy.chancy_jobs for select to {REQUEST}
using (queue = (select tenants.tenant()));
grant select on chancy.chancy_jobs to {REQUEST};

alter table chancy.chancy_workflow_steps enable row level security;
alter table chancy.chancy_workflow_steps force row level security;
create policy select_own on chancy.chancy_workflow_steps for select to {REQUEST}
using (job_id = any(array(select j.id from chancy.chancy_jobs as j)));
grant select on chancy.chancy_workflow_steps to {REQUEST};
"""

TRUE: Final = {
    "unindexed_foreign_key procrastinate.procrastinate_jobs.procrastinate_jobs_worker_id_fkey": (
        "its one index has the jobs that are being done, and a worker that goes is asked for in all"
    ),
    "duplicate_index chancy.chancy_workflow_steps_workflow_id_idx": (
        "the unique index of (workflow_id, step_id) begins with its only column"
    ),
    "unindexed_policy_column chancy.chancy_workflow_steps": (
        "chancy never looks a step up by its job, and our policy does: it needs an index of ours"
    ),
    "server_function pg_catalog": "to know: what PostgreSQL leaves to everybody was left so here",
}
"""What is found, and why it is true."""


async def _make_chancy(dsn: str) -> None:
    async with Chancy(dsn, plugins=[WorkflowPlugin()]) as queue:
        await queue.migrate()


@pytest.fixture(scope="module")
def report(orgscope_server: Server) -> Iterator[Report]:
    """What the lints say of all three in one database, asked by the role of requests."""
    with psycopg.connect(orgscope_server.url(), autocommit=True) as admin:
        admin.execute("create database foreign_schemas")
    url = orgscope_server.url("foreign_schemas")
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(_BEFORE)
        admin.execute(f"set role {OWNER}")
        admin.execute("set search_path = procrastinate")
        admin.execute(SchemaManager.get_schema().encode())
        admin.execute("reset search_path")
        admin.execute(absurdctl.BUNDLED_SCHEMA_SQL.encode())
        admin.execute("select absurd.create_queue('mail')")
        admin.execute("select absurd.create_queue('reports', 'partitioned')")
        options = f"-c role={OWNER} -c search_path=chancy"
        asyncio.run(_make_chancy(make_conninfo(url, options=options)))
        admin.execute(_TENANTS + _WORKERS + _POLICIES)
        admin.execute(f"set role {REQUEST}")
        yield lint(admin, roles=[REQUEST])


def test_lints__of_schemas_that_others_wrote__find_what_is_true_and_nothing_else(
    report: Report,
) -> None:
    assert report.lints == all_lints()
    found = {one.fingerprint: one for one in report.findings if one.kind != "server"}
    assert {name: one.detail for name, one in found.items() if name not in TRUE} == {}
    assert set(found) == set(TRUE)


def test_lints__of_schemas_that_others_wrote__find_nothing_that_is_unsafe(report: Report) -> None:
    unsafe = [
        one
        for one in report.findings
        if one.lint.category is Category.SECURITY
        and one.level is not Level.INFO
        and one.kind != "server"
    ]
    assert unsafe == []
