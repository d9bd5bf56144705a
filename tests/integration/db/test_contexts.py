"""Every kind of context through the Database: user, system, admin, legacy, read-only, unknown."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from starlette.requests import Request

from orgscope.authz import OrgPrincipal, Principal
from orgscope.db import (
    Database as ScopedDatabase,
)
from orgscope.db import (
    RequestInfo,
    get_admin_db,
    get_dev_db,
    get_org_scoped_db,
    get_user_scoped_db,
)
from orgscope.errors import (
    AuthenticationRequired,
    ConfigurationError,
    ContextUsageError,
    Forbidden,
    MembershipUnknown,
    OrganizationRequired,
    SettingsMismatch,
    TokenExpired,
    UserUnknown,
    VersionMismatch,
)
from tests.database import PASSWORD, Database, unique
from tests.integration.db.conftest import Who
from tests.tokens import ABSENT, ORG_ID, USER_ID, At

ORGS = text("select id from workos.organizations order by id")
ACTOR = text("select authz.actor()")


def request_of(user: object, database: ScopedDatabase | None) -> Request:
    """Return a request as the middleware leaves it."""
    app = SimpleNamespace(state=SimpleNamespace(orgscope=database))
    return Request(
        {
            "type": "http",
            "app": app,
            "user": user,
            "headers": [(b"user-agent", b"tests")],
            "client": ("127.0.0.1", 1),
            "state": {"request_id": "req-1"},
        }
    )


async def test_user_scoped__person_without_organization__sees_own_user_only(
    database: Database, scoped: ScopedDatabase, ada: OrgPrincipal, who: Who
) -> None:
    database.receive("user.created", {"id": "user_01OTHER", "updated_at": "2026-01-01T00:00:00Z"})
    principal: Principal = await who(org_id=ABSENT, role=ABSENT, roles=ABSENT, permissions=ABSENT)
    async with get_user_scoped_db(principal=principal, database=scoped) as session:
        users = (await session.scalars(text("select id from workos.users"))).all()
        org_id = await session.scalar(text("select authz.org_id_or_null()"))
    assert (users, org_id) == ([USER_ID], None)


async def test_user_scoped__principal_with_organization__context_has_none(
    scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with scoped.user_scoped(ada) as session:
        assert await session.scalar(text("select authz.org_id_or_null()")) is None


async def test_get_org_scoped_db__request__database_and_info_of_the_application(
    scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with get_org_scoped_db(request_of(ada, scoped)) as session:
        claims = await session.scalar(text("select authz.claims() -> 'request'"))
    assert claims == {"id": "req-1", "address": "127.0.0.1", "agent": "tests"}


async def test_get_org_scoped_db__nobody_signed_in__authentication_required(
    scoped: ScopedDatabase,
) -> None:
    with pytest.raises(AuthenticationRequired):
        get_org_scoped_db(request_of(None, scoped))


async def test_get_org_scoped_db__no_organization__refused_before_a_connection(
    scoped: ScopedDatabase, who: Who
) -> None:
    principal = await who(org_id=ABSENT, role=ABSENT, roles=ABSENT, permissions=ABSENT)
    with pytest.raises(OrganizationRequired):
        get_org_scoped_db(request_of(principal, scoped))


async def test_get_org_scoped_db__no_database__refused(ada: OrgPrincipal) -> None:
    with pytest.raises(ContextUsageError, match="database="):
        get_org_scoped_db(principal=ada)


async def test_org_scoped__readonly__write_refused(
    scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with scoped.org_scoped(ada, readonly=True) as session:
        assert await session.scalar(text("show transaction_read_only")) == "on"
    async with scoped.org_scoped(ada) as session:
        assert await session.scalar(text("show transaction_read_only")) == "off"


async def test_org_scoped__expired_at_commit_inside__raises(
    database: Database, scoped: ScopedDatabase, ada: OrgPrincipal, who: Who
) -> None:
    old = await who(exp=At(-5), iat=At(-300))  # within the leeway of 10 s
    with pytest.raises(TokenExpired):
        async with scoped.org_scoped(old) as session:
            database.admin.execute("update authz.settings set leeway_s = 0, epoch = epoch + 1")
            await session.commit()
            await session.scalar(text("select authz.org_id()"))


async def test_org_scoped__membership_unknown__fetched_once_and_tried_again(
    database: Database, who: Who
) -> None:
    asked: list[str] = []
    user_id, org_id = unique("user"), unique("org")
    principal = await who(sub=user_id, org_id=org_id)

    async def fetch(unknown: Principal) -> bool:
        asked.append(unknown.user_id)
        database.add_member(user_id, org_id)
        return True

    async with ScopedDatabase(database.settings, on_unknown=fetch) as scoped:
        async with scoped.org_scoped(principal) as session:
            assert await session.scalar(text("select authz.org_id()")) == org_id
    assert asked == [user_id]


async def test_org_scoped__membership_unknown_to_workos__refused(
    database: Database, who: Who
) -> None:
    async def fetch(_: Principal) -> bool:
        return False

    async with ScopedDatabase(database.settings, on_unknown=fetch) as scoped:
        with pytest.raises(MembershipUnknown):
            async with scoped.org_scoped(await who(sub=unique("user"))):
                pass


async def test_user_scoped__user_unknown__refused(scoped: ScopedDatabase, who: Who) -> None:
    with pytest.raises(UserUnknown):
        async with scoped.user_scoped(await who(sub=unique("user"))):
            pass


async def test_system__organization__actor_and_reason_are_kept(
    database: Database, scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    async with scoped.system(ORG_ID, actor="nightly", reason="invoice run") as session:
        assert await session.scalar(text("select authz.org_id()")) == ORG_ID
        assert await session.scalar(ACTOR) == "nightly"
    rows = database.rows(
        "select kind, login, actor, org_id, reason from audit.contexts where kind = 'system'"
    )
    assert rows == [("system", "orgscope_job", "nightly", ORG_ID, "invoice run")]


async def test_admin__reason__sees_across_organizations(
    database: Database, scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    other = unique("org")
    database.add_member(unique("user"), other)
    async with get_admin_db(reason="ticket 4711", database=scoped) as session:
        assert set(await session.scalars(ORGS)) == {ORG_ID, other}


async def test_admin__no_reason__refused(scoped: ScopedDatabase) -> None:
    with pytest.raises(Forbidden):
        async with scoped.admin(reason=" "):
            pass


async def test_get_dev_db__embedded_server__opens(scoped: ScopedDatabase) -> None:
    async with get_dev_db(database=scoped) as session:
        assert await session.scalar(ACTOR) == "orgscope_admin"


async def test_legacy__url_missing__says_which(scoped: ScopedDatabase) -> None:
    with pytest.raises(ConfigurationError, match="ORGSCOPE_LEGACY_URL"):
        async with scoped.legacy():
            pass


async def test_org_scoped__settings_differ__refuses_to_start(
    database: Database, ada: OrgPrincipal
) -> None:
    settings = database.settings.model_copy(update={"token_leeway_s": 3})
    async with ScopedDatabase(settings) as scoped:
        with pytest.raises(SettingsMismatch, match="leeway_s"):
            async with scoped.org_scoped(ada):
                pass


async def test_org_scoped__newer_breaking_revision__refuses_to_start(
    database: Database, scoped: ScopedDatabase, ada: OrgPrincipal
) -> None:
    database.admin.execute("insert into deploy.revisions values ('core', '9999', true)")
    with pytest.raises(VersionMismatch, match="9999"):
        async with scoped.org_scoped(ada):
            pass


async def test_org_scoped__password_in_url__in_no_repr(
    database: Database, ada: OrgPrincipal
) -> None:
    assert isinstance(database.settings.api_url, SecretStr)
    scoped = ScopedDatabase(database.settings)
    assert PASSWORD not in f"{scoped!r}{database.settings!r}"


def test_request_info__long_values__cut() -> None:
    assert len(RequestInfo(id="x" * 5000, agent="y" * 5000).as_json()) < 2048
