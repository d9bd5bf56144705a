import pytest

from orgscope.errors import FamilyUnknown
from tests.database import user
from tests.sql.sync.mirror import Mirror

PUT_ABSENT = "select sync.put_absent(%s, %s, clock_timestamp())"


def test_put_absent__object_that_lives__tombstone(mirror: Mirror) -> None:
    mirror.receive("user.created", user("user_1"))
    assert mirror.connection.execute(PUT_ABSENT, ("user", "user_1")).fetchone() == ("applied",)
    assert mirror.is_dead("workos.users", "user_1")
    assert mirror.connection.execute(PUT_ABSENT, ("user", "user_1")).fetchone() == ("stale",)


def test_put_absent__family_that_nobody_registered__names_what_is_wrong(mirror: Mirror) -> None:
    with pytest.raises(FamilyUnknown, match="no such family"):
        mirror.connection.execute(PUT_ABSENT, ("badge", "badge_1"))
