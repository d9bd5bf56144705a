"""booking's tests run against the whole stack: PostgreSQL, a local WorkOS, and the service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from booking.demo.__main__ import PROJECT, SOURCE
from booking.demo.cast import Cast
from booking.demo.narrator import Narrator
from orgscope.deploy import Project
from orgscope.devstack import Stack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack, with its settings and log in a folder of this run, and data that goes with it."""
    scratch = tmp_path_factory.mktemp("booking")
    with running_stack(
        Project.load(PROJECT), "booking.app:create_app", pythonpath=SOURCE, scratch=scratch
    ) as stack:
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
