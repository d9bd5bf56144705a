import pytest

from tests.database import Database
from tests.sql.authz.tenants import ORG_A, ORG_B, USER_A, USER_B, Tenants


@pytest.fixture
def tenants(database: Database) -> Tenants:
    """Two organizations with one active member each."""
    database.put_key()
    database.add_member(USER_A, ORG_A)
    database.add_member(USER_B, ORG_B)
    return Tenants(database)
