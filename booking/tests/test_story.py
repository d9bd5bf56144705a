"""Each step of the demo is a test; a step needs the first visits that an earlier one books."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from booking.demo.__main__ import stage
from booking.demo.cast import Cast, Stack
from booking.demo.narrator import Narrator
from booking.demo.story import STEPS, follow_removal, share_endpoint

NEEDS_VISITS = {follow_removal}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """What the demo runs, with its settings and log in a folder of this run."""
    with stage(tmp_path_factory.mktemp("booking")) as stack:
        yield stack


@pytest.fixture
def cast(stack: Stack) -> Cast:
    """Two practices of this test's own, with one member each, mirrored."""
    cast = Cast.enter(stack)
    stack.quiesce()
    return cast


@pytest.fixture
def tell() -> Narrator:
    """Somebody to tell the story to."""
    return Narrator()


@pytest.mark.parametrize("step", [pytest.param(step, id=step.__name__) for _, step in STEPS])
def test_story__step__promise_kept(
    cast: Cast, tell: Narrator, step: Callable[[Cast, Narrator], None]
) -> None:
    if step in NEEDS_VISITS:
        share_endpoint(cast, tell)
    step(cast, tell)
