"""Each step of the demo is a test; a step needs the first visits that an earlier one books."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from booking.demo.cast import Cast
from booking.demo.narrator import Narrator
from booking.demo.story import STEPS, follow_removal, share_endpoint

NEEDS_VISITS = {follow_removal}


@pytest.mark.parametrize("step", [pytest.param(step, id=step.__name__) for _, step in STEPS])
def test_story__step__promise_kept(
    cast: Cast, tell: Narrator, step: Callable[[Cast, Narrator], None]
) -> None:
    if step in NEEDS_VISITS:
        share_endpoint(cast, tell)
    step(cast, tell)
