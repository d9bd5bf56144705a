"""`orgscope adopt`: tables that are in use become a project's, and no row is lost or shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner, Result

from orgscope import deploy
from orgscope.adopt import adopt
from orgscope.cli import app
from orgscope.deploy import Project
from orgscope.deploy.adoption import adopt as adopt_standing
from orgscope.deploy.adoption import find_adopted
from orgscope.deploy.header import Header
from orgscope.deploy.pending import PendingRevision
from orgscope.effect import Verdict, foresee
from orgscope.embedded import Server, ServerFailed
from orgscope.embedded.client import run_client
from orgscope.errors import ConfigurationError, DatabaseNotReady, FileFailed
from orgscope.isolation.catalogue.functions import read_functions
from orgscope.isolation.clone.clone import cloned
from orgscope.settings import Settings
from tests.database import PASSWORD, Database
from tests.migrations.conftest import NewDatabase
from tests.migrations.projects import add_revision, write
from tests.tokens import ORG_ID

OLD_SCHEMA = (Path(__file__).parent / "adopted_schema.sql").read_text("utf-8")
PREFIX, APP, JOBS, REPORTS = "adopts", "vet app", "vet_jobs", "vet_reports"
ORG_COLUMN = f"""-- Say of each row whose it is.
alter table vet.clinics add column org_id text collate "C";
update vet.clinics as c set org_id = known.org_id
from (values (1, '{ORG_ID}'), (2, 'org_02OTHER')) as known (id, org_id)
where c.id = known.id;
alter table vet.clinics alter column org_id set not null;
alter table vet.pets add column org_id text collate "C";
update vet.pets as p set org_id = c.org_id from vet.clinics as c where p.clinic_id = c.id;
alter table vet.pets alter column org_id set not null;
"""
POLICIES = """call authz.reset_policies('vet.pets');
create policy select_own_org on vet.pets for select to orgscope_user
using (org_id = (select authz.org_id_or_null()));
grant select on vet.pets to orgscope_user;
"""


@pytest.fixture
def old(new_database: NewDatabase, orgscope_server: Server) -> Database:
    """A database in use: tables of two logins, with rows, and a DBA who is no superuser."""
    database = new_database(role_prefix=PREFIX)
    deploy.create_roles(database.settings)
    with psycopg.connect(orgscope_server.url(), autocommit=True) as admin:
        for login in (APP, JOBS, REPORTS):
            if not admin.execute("select from pg_roles where rolname = %s", (login,)).rowcount:
                admin.execute(f"create role \"{login}\" login password '{PASSWORD}'".encode())
    name = database.admin.info.dbname
    database.admin.execute(f'grant all on database {name} to "{APP}", {JOBS}, {REPORTS}'.encode())
    for part in OLD_SCHEMA.split("-- as: ")[1:]:
        login, _, text = part.partition("\n")
        with as_login(database, login) as connection:
            connection.execute(text.encode())
    return database


@pytest.fixture
def vet(tmp_path: Path) -> Project:
    """The project that is to have them."""
    return deploy.init_project(tmp_path / "vet")


@contextmanager
def as_login(database: Database, login: str) -> Iterator[psycopg.Connection[Any]]:
    url = make_conninfo(database.settings.url("dba"), user=login, password=PASSWORD)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def lend(database: Database) -> None:
    """Give the DBA what `adopt` asks for."""
    options = " with inherit true, set true" if database.admin.info.server_version >= 160000 else ""
    database.admin.execute(f'grant "{APP}", {JOBS} to dba_of_{PREFIX}{options}'.encode())


def take_back(database: Database) -> None:
    database.admin.execute(f'revoke "{APP}", {JOBS} from dba_of_{PREFIX}'.encode())


def run_script(url: str, text: str, folder: Path) -> None:
    """Run it with psql, as the page says."""
    (folder / "script.sql").write_text(text, "utf-8")
    run_client("psql", url, ["-X", "-q", "-f", str(folder / "script.sql")])


def rows(database: Database, login: str, query: str) -> list[Any] | str:
    """Return what a login reads, or the SQLSTATE by which it is refused."""
    with as_login(database, login) as connection:
        try:
            return connection.execute(query.encode()).fetchall()
        except psycopg.Error as error:
            return str(error.sqlstate)


def adopt_command(settings: Settings, vet: Project, *words: str) -> Result:
    """Run the command in the project's place."""
    environment = {
        "ORGSCOPE_DBA_URL": settings.url("dba"),
        "ORGSCOPE_ROLE_PREFIX": PREFIX,
        "WORKOS_CLIENT_ID": "client_1",
    }
    fixed = ("adopt", "--project", str(vet.root), "--sql", str(vet.root / "adopt.sql"))
    return CliRunner().invoke(app, (*fixed, *words), env=environment, catch_exceptions=False)


def test_adopt__two_owners_and_a_dba_without_superuser__rows_stay_and_requests_see_their_own(
    old: Database, vet: Project, tmp_path: Path
) -> None:
    lend(old)
    before = old.rows("select id, name, kind from vet.pets order by id")
    said = adopt_command(old.settings, vet, "--keep", APP).output
    assert "0002_adopt.sql" in said
    assert "objects: it goes on reading and writing until the next migrate" in said
    assert "vet.pet_count(bigint) runs as its owner" in said
    assert "the policies of vet.pets bind from now on whoever owned it" in said
    assert f"{REPORTS} lose what was granted to them" in said
    assert "vet.pets has triggers on update (label): they fire when a revision fills in" in said
    assert said.splitlines()[-2:] == [
        "next: read them; orgscope policy new, orgscope isolation test",
        f"then, in the window: psql -X -f {vet.root / 'adopt.sql'} as the DBA, orgscope plan, "
        "orgscope migrate",
    ]
    run_script(old.settings.url("dba"), (vet.root / "adopt.sql").read_text("utf-8"), tmp_path)
    take_back(old)
    assert "nothing to do" in adopt_command(old.settings, vet, "--keep", APP).output
    with as_login(old, APP) as kept:
        kept.execute("insert into vet.pets (clinic_id, name, kind) values (1, 'New', 'dog')")
        kept.execute("delete from vet.pets where name = 'New'")
        assert kept.execute("select vet.pet_count(1)").fetchall() == [(2,)]
    assert rows(old, JOBS, "select from vet.jobs") == "42501"
    assert rows(old, REPORTS, "select name from vet.pets") == "42501"
    assert not old.rows("select from pg_default_acl where defaclnamespace = 'vet'::regnamespace")

    add_revision(vet, "org_id", ORG_COLUMN)
    write(vet, "policies/vet/pets.sql", POLICIES)
    plan = deploy.plan(old.settings, vet)
    assert plan.adopted == ["vet 0001", "vet 0002"]
    seen = {str(change) for change in plan.changes if change.schema == "vet"}
    assert "drop policy vet.pets old_policy" in seen
    assert "create relation vet.pets" not in seen
    effect = foresee(old.settings, vet, plan.changes)
    assert effect.verdict is Verdict.UNPROVEN
    lost = {str(one) for one in effect.differences if not one.gained}
    assert f'loses vet.pets: "{APP}": SELECT' in lost
    assert "loses vet.pets: public: permissive policy old_policy" in lost

    script = deploy.planned_script(old.settings, vet)
    old.admin.execute("create table vet.late ()")
    with pytest.raises(ServerFailed, match="what stands in vet has changed since"):
        run_script(old.settings.url("migrator"), script, tmp_path)
    old.admin.execute("drop table vet.late")
    run_script(old.settings.url("migrator"), script, tmp_path)
    assert not deploy.migrate(old.settings, vet)
    assert not deploy.drift(old.settings, vet)
    assert "nothing to do" in adopt_command(old.settings, vet).output
    assert old.rows("select id, name, kind from vet.pets order by id") == before
    assert rows(old, APP, "select from vet.pets") == "42501"

    old.put_key()
    old.add_member()
    with old.context() as request:
        seen_rows = request.execute("select name from vet.pets order by 1").fetchall()
        assert seen_rows == [("Ada",), ("Bob",)]
    names = {one.name for one in read_functions(old.admin, ["vet"])}
    assert names == {"vet.pet_count", "vet.tg_pets__label"}  # not those that a range brings


def compare(database: Database, vet: Project) -> None:
    """Do what `migrate` does before anything else, in the transaction that is open."""
    files = sorted((vet.migrations / "versions").glob("*.sql"))
    numbers = ["base", *(file.name[:4] for file in files)]
    waiting = [
        PendingRevision(number, before, file, Header.of(file))
        for number, before, file in zip(numbers[1:], numbers, files, strict=False)
    ]
    found = find_adopted(database.admin, [vet], {vet.name: waiting})
    adopt_standing(database.admin, vet, found[vet.name], PREFIX)


DIFFERENCES = (
    ("drop table vet.jobs", "relation vet.jobs is missing in the database"),
    ("create table vet.extra (id int)", "relation vet.extra is not created by them"),
    ("alter table vet.pets alter label set not null", "column vet.pets.label is 'text collate"),
    ("alter table vet.pets detach partition vet.pets_dogs", "parents of vet.pets_dogs is missing"),
    ("alter sequence vet.invoice_numbers increment 1", "sequence vet.invoice_numbers is 'bigint"),
    ("alter type vet.kind add value 'fox'", "type vet.kind is "),
    ("alter domain vet.email add check (length(value) < 99)", "type vet.email is "),
    ("alter function vet.pet_count volatile", "function vet.pet_count"),
    ("alter table vet.pets disable trigger label", "trigger vet.pets label is "),
    ("drop index vet.pets_label_idx", "index vet.pets_label_idx is missing"),
    (
        "alter table vet.clinics drop constraint clinics_status_check",
        "clinics_status_check is missing",
    ),
    ("drop statistics vet.pets_statistics", "statistics vet.pets_statistics is missing"),
    ("create or replace view vet.open_clinics as select id, name from vet.clinics", "open_clinics"),
    ("alter table vet.jobs rename note to remark; alter table vet.jobs add note text", "vet.jobs"),
    ("drop schema vet cascade; create schema vet", "relation vet.clinics is missing"),
)


def test_migrate__other_than_the_revision__names_it_and_adopts_nothing(
    old: Database, vet: Project, tmp_path: Path
) -> None:
    lend(old)
    script = adopt(old.settings, vet).script
    with pytest.raises(FileFailed, match=r"adopts_owner does not own .*table vet.clinics"):
        deploy.plan(old.settings, vet)
    run_script(old.settings.url("dba"), script, tmp_path)
    for statement, named in DIFFERENCES:
        old.admin.execute("begin")
        old.admin.execute(f"set local role {PREFIX}_owner".encode())
        old.admin.execute(statement.encode())
        with pytest.raises(FileFailed) as refused:
            compare(old, vet)
        assert named in str(refused.value)
        assert "Nothing was changed" in str(refused.value)
        old.admin.execute("rollback")
    add_revision(vet, "more", "create table vet.more (id int);")
    outcome = deploy.migrate(old.settings, vet)
    assert outcome.adopted == ["vet 0001", "vet 0002"]
    assert not deploy.drift(old.settings, vet)
    assert rows(old, APP, "select from vet.pets") == "42501"  # nobody was kept
    with cloned(old.settings) as clone:  # by pg_dump to a server of its own, as for any such DBA
        assert not deploy.plan(clone.target, vet)


def test_adopt__what_cannot_be_adopted__is_named_with_the_way_out(
    old: Database, vet: Project
) -> None:
    take_back(old)
    with pytest.raises(DatabaseNotReady) as lacking:
        adopt(old.settings, vet)
    for login in (f'"{APP}"', JOBS):
        assert f"grant {login} to dba_of_{PREFIX}" in str(lacking.value)
    lend(old)
    ((extension,),) = old.rows(
        "select name from pg_available_extensions where name in ('vector', 'citext') limit 1"
    )
    for statement in (
        "create schema other; create table other.countries (id int primary key)",
        "alter table vet.clinics add country int references other.countries",
        "create collation vet.byte (provider = libc, locale = 'C')",
        f"create extension {extension} schema vet",
    ):
        old.admin.execute(statement.encode())
    with pytest.raises(ConfigurationError) as refused:
        adopt(old.settings, vet, keep=["nobody"])
    for words in (
        "no role nobody to keep",
        "needs other.countries, which is in no schema of vet",
        "collation vet.byte is of a kind that is not adopted",
        f"extension {extension} is in it",
    ):
        assert words in str(refused.value)
    assert not list((vet.migrations / "versions").glob("0002*"))

    for statement in (
        "alter table vet.clinics drop country",
        "drop collation vet.byte",
        f"alter extension {extension} set schema other",
        f"alter table vet.clinics add vector other.{extension}",
    ):
        old.admin.execute(statement.encode())
    written = adopt(old.settings, vet).files[1].read_text("utf-8")
    assert f"create extension if not exists {extension} with schema other;" in written
    for word in ("POLICY", "ROW LEVEL", "GRANT", "OWNER TO"):
        assert word not in written

    for toml, words in (
        ('["vet", "shop"]', "the database has no schema shop"),
        ('["public"]', "schema public is everybody's"),
    ):
        file = write(vet, "orgscope.toml", f'[project]\nname = "vet"\nschemas = {toml}\n')
        with pytest.raises(ConfigurationError, match=words):
            adopt(old.settings, Project.load(file.parent))


def test_find_adopted__revision_that_runs_alone_before_it__refused(
    old: Database, vet: Project
) -> None:
    add_revision(vet, "alone", "-- transaction: no\ncreate index concurrently i on vet.jobs (id);")
    add_revision(vet, "adopt", "-- adopts: yes\ncreate table vet.jobs (id int);")
    with pytest.raises(FileFailed, match=r"0002_alone.sql: .* cannot be adopted by 0003_adopt.sql"):
        compare(old, vet)
