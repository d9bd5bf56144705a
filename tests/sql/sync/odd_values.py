"""Values of fields that no column can read, or that no index can hold."""

from __future__ import annotations

import json
import random
from typing import Any, Final

from hypothesis import strategies as st

from tests.sql.sync.mirror import at

__all__ = ["LONG", "NO_SECONDS", "NO_SUCH_DAY", "junk"]

NO_SECONDS: Final = "2026-01-17 12:00"
NO_SUCH_DAY: Final = "2026-02-30T00:00:00.000Z"
# Too long for an index, and random, because an index compresses.
LONG: Final = random.Random(7).randbytes(8000).hex()
DEEP: Final[Any] = json.loads("[" * 500 + "]" * 500)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=[]), max_size=40)
    | st.sampled_from([NO_SECONDS, NO_SUCH_DAY, at(), "", "perhaps", "true", LONG])
)
junk = st.just(DEEP) | st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6
)
