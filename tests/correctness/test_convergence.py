"""*Converged* itself: what it must not let pass."""

from __future__ import annotations

import pytest

from tests.correctness.convergence import check_converged
from tests.correctness.stage import Stage


@pytest.mark.parametrize("lost", ["first_name", "email_verified", "created_at"])
async def test_converged__field_is_lost__noticed(stage: Stage, lost: str) -> None:
    stage.world.create_user("ada@example.com", first_name="Ada")
    stage.send()
    check_converged(stage.database, stage.world)
    admin = stage.database.admin
    admin.execute("set session_replication_role = replica")  # The triggers would not let it happen.
    admin.execute("update workos.users set raw = raw - %s::text", [lost])
    admin.execute("reset session_replication_role")
    with pytest.raises(AssertionError):
        check_converged(stage.database, stage.world)
