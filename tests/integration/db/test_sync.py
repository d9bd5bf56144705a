"""The twins without async: what is not asked of every door (tests/integration/db/doors.py)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from orgscope.authz import OrgPrincipal, Principal
from orgscope.db import sync
from orgscope.errors import ContextUsageError, MembershipUnknown
from tests.database import Database, unique
from tests.integration.db.conftest import Who
from tests.tokens import ORG_ID, USER_ID


@pytest.fixture
def scoped(database: Database) -> Iterator[sync.Database]:
    """A pool of one, so that every lease is of the same backend."""
    with sync.Database(database.settings.model_copy(update={"pool_size": 1})) as scoped:
        yield scoped


def test_get_org_scoped_db__member__sees_own_organization(
    scoped: sync.Database, ada: OrgPrincipal
) -> None:
    with sync.get_org_scoped_db(ada, database=scoped) as session:
        row = session.execute(text("select authz.org_id(), authz.user_id(), current_user")).one()
    assert tuple(row) == (ORG_ID, USER_ID, "orgscope_user")


def test_get_user_scoped_db__member__no_organization(
    scoped: sync.Database, ada: OrgPrincipal
) -> None:
    with sync.get_user_scoped_db(ada, database=scoped, readonly=True) as session:
        assert session.scalar(text("select authz.org_id_or_null()")) is None


def test_org_scoped__nested__refused(scoped: sync.Database, ada: OrgPrincipal) -> None:
    with scoped.org_scoped(ada), pytest.raises(ContextUsageError), scoped.org_scoped(ada):
        pass


async def test_org_scoped__membership_unknown__fetched_and_tried_again(
    database: Database, who: Who
) -> None:
    user_id, org_id = unique("user"), unique("org")
    principal = await who(sub=user_id, org_id=org_id)

    def fetch(_: Principal) -> bool:
        database.add_member(user_id, org_id)
        return True

    with sync.Database(database.settings, on_unknown=fetch) as scoped:
        with scoped.org_scoped(principal) as session:
            assert session.scalar(text("select authz.org_id()")) == org_id
    with sync.Database(database.settings) as scoped, pytest.raises(MembershipUnknown):
        with scoped.org_scoped(await who(sub=unique("user"))):
            pass


def test_admin_system_dev__kinds__as_the_async_twin(database: Database, ada: OrgPrincipal) -> None:
    actor = text("select authz.actor()")
    with sync.Database(database.settings) as scoped:
        with sync.get_admin_db(reason="ticket 4711", database=scoped) as session:
            assert session.scalar(actor) == "orgscope_admin"
        with scoped.system(ORG_ID, actor="nightly", reason="invoice run") as session:
            assert session.scalar(actor) == "nightly"
        with sync.get_dev_db(database=scoped) as session:
            assert session.scalar(actor) == "orgscope_admin"
