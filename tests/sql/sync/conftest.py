from collections.abc import Iterator

import pytest

from tests.database import Database
from tests.sql.sync.mirror import Mirror


@pytest.fixture
def mirror(database: Database) -> Iterator[Mirror]:
    """The mirror of a database of this test's own, driven by the sync login only."""
    with database.connect("sync") as connection:
        yield Mirror(database, connection)
