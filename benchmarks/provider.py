"""A local WorkOS that is larger than memory: its users are made when they are asked for.

``python -m benchmarks.provider PORT USERS EVENTS BEGIN_MS`` serves one on the loopback interface.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from typing import Final

from pydantic import SecretStr

from benchmarks.data import CLIENT_ID
from benchmarks.mirror import number_of, user
from benchmarks.service import service
from orgscope.devworkos import DevWorkOS, serve
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.wire import JsonObject
from orgscope.settings import Settings

__all__ = ["API_KEY", "EVENTS_PER_S", "Provider", "provider", "settings_for"]

API_KEY: Final = "sk_test_benchmark"
EVENTS_PER_S: Final = 500
_EARLIER: Final = 500
"""Who changes is the one that came so many people earlier."""


class Provider(DevWorkOS):
    """A WorkOS with ``users`` users, and ``events`` events from ``begin_ms`` on, 500 a second.

    The events are the same in every process that makes them, and the Events API shows each when its
    time has come: half of them are new people, and half change one of these. The list is that of
    the ``users``; new people would come after them.
    """

    def __init__(self, users: int, *, events: int = 0, begin_ms: int = 0) -> None:
        super().__init__(api_key=API_KEY, client_id=CLIENT_ID)
        self._many = users
        if events:
            with self.scripted(begin_ms, 1000 // EVENTS_PER_S, seed=1):
                self._make(events)

    def list_users(
        self,
        page: Page = FIRST_PAGE,
        *,
        email: str | None = None,
        organization_id: str | None = None,
    ) -> JsonObject:
        """Return a page of the list as a run asks for it: all users, oldest first."""
        assert (page.order, page.before, email, organization_id) == ("asc", None, None, None)
        begin = 0 if page.after is None else number_of(page.after) + 1
        end = min(begin + page.limit + 1, self._many)
        return paged([user(number) for number in range(begin, end)], page)

    def get_user(self, user_id: str) -> JsonObject:
        """Return a user of the list or of the events."""
        return super().get_user(user_id) if user_id in self._users else user(number_of(user_id))

    def _make(self, events: int) -> None:
        people: list[str] = []
        for number in range(events):
            if number % 2 and len(people) > _EARLIER:
                self.update_user(people[-_EARLIER], first_name=f"Ada {number}")
            else:
                people.append(self.create_user(f"{number}@example.org")["id"])
        assert len(self.event_log.all) == events


def settings_for(settings: Settings, base_url: str, api_key: str = API_KEY) -> Settings:
    """Return the settings with a local WorkOS; all else stays as the database has it."""
    return settings.model_copy(
        update={
            "workos_api_key": SecretStr(api_key),
            "workos_base_url": base_url,
            "workos_issuer": settings.accepted_issuers,
        }
    )


def provider(
    port: int, *, users: int, events: int = 0, begin_ms: int = 0
) -> AbstractContextManager[object]:
    """Serve a ``Provider`` from a process of its own, until the block ends."""
    arguments = (str(one) for one in (port, users, events, begin_ms))
    return service("benchmarks.provider", *arguments, port=port, variables={})


def main() -> None:
    """Serve until the process is ended."""
    port, users, events, begin_ms = map(int, sys.argv[1:])
    world = Provider(users, events=events, begin_ms=begin_ms)
    with serve(world, port=port, settings=Settings.model_construct()) as server:
        server.wait()


if __name__ == "__main__":
    main()
