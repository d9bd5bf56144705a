"""Connections: how an organization's people sign in with its identity provider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args

from orgscope.devworkos.clock import iso
from orgscope.devworkos.errors import invalid
from orgscope.devworkos.paging import FIRST_PAGE, Page, paged
from orgscope.devworkos.state import State, locked
from orgscope.devworkos.wire import JsonObject, copied

__all__ = ["ConnectionState", "Connections"]

ConnectionState = Literal["requires_type", "draft", "validating", "active", "inactive"]

_NOT_WHEN_DELETED: Final = ("external_key", "status", "domains")


class Connections(State):
    """The connections of the environment. WorkOS's dashboard makes, activates and ends them."""

    @property
    @locked
    def connections(self) -> list[JsonObject]:
        """Every connection, oldest first, in the form of REST."""
        return [_show_connection(row) for row in self._connections.rows]

    @locked
    def create_connection(
        self,
        organization_id: str,
        name: str,
        *,
        connection_type: str = "OktaSAML",
        state: ConnectionState = "draft",
        domains: Sequence[str] = (),
    ) -> JsonObject:
        """Create a connection. Only an ``active`` one has an event, ``connection.activated``.

        Raises ApiError: 404 for the organization, 422 for the name or the state.
        """
        self._row(self._organizations, "Organization", organization_id)
        if not name.strip():
            raise invalid("name", "must not be empty")
        if state not in get_args(ConnectionState):
            raise invalid("state", f"must be one of {', '.join(get_args(ConnectionState))}")
        at_ms = self._tick()
        connection: JsonObject = {
            "object": "connection",
            "id": self.ids.new("conn", at_ms),
            "organization_id": organization_id,
            "connection_type": connection_type,
            "name": name,
            "state": state,
            "status": _status(state),
            "external_key": f"{self.ids.random.getrandbits(64):016x}",
            "domains": [
                {
                    "object": "connection_domain",
                    "id": self.ids.new("conn_domain", at_ms),
                    "domain": domain,
                }
                for domain in domains
            ],
            "created_at": iso(at_ms),
            "updated_at": iso(at_ms),
        }
        self._connections[connection["id"]] = connection
        if state == "active":
            self._emit_connection("activated", connection, at_ms)
        return _show_connection(connection)

    @locked
    def get_connection(self, connection_id: str) -> JsonObject:
        """Return a connection. Raises ApiError 404."""
        return _show_connection(self._row(self._connections, "Connection", connection_id))

    @locked
    def list_connections(
        self,
        page: Page = FIRST_PAGE,
        *,
        organization_id: str | None = None,
        connection_type: str | None = None,
        domain: str | None = None,
        search: str | None = None,
    ) -> JsonObject:
        """Return a page of the connections that fit every filter; ``search`` is in the name."""
        rows = self._connections.rows
        if organization_id is not None:
            rows = self._connections.having("organization_id", organization_id)

        def fits(connection: JsonObject) -> bool:
            names = [item["domain"] for item in connection["domains"]]
            return (
                connection_type in (None, connection["connection_type"])
                and (domain is None or domain in names)
                and (search is None or search.lower() in connection["name"].lower())
            )

        return paged(rows, page, show=_show_connection, fits=fits)

    @locked
    def activate_connection(self, connection_id: str) -> JsonObject:
        """Make a connection active and emit ``connection.activated``; an active one stays.

        Raises ApiError 404.
        """
        return self._become(connection_id, "active", "activated")

    @locked
    def deactivate_connection(self, connection_id: str) -> JsonObject:
        """Make a connection inactive and emit ``connection.deactivated``; an inactive one stays.

        Raises ApiError 404.
        """
        return self._become(connection_id, "inactive", "deactivated")

    @locked
    def delete_connection(self, connection_id: str) -> None:
        """Delete a connection and emit ``connection.deleted`` with the state it had.

        Raises ApiError 404.
        """
        self._drop_connection(
            self._row(self._connections, "Connection", connection_id), quietly=False
        )

    def _become(
        self, connection_id: str, state: ConnectionState, what: Literal["activated", "deactivated"]
    ) -> JsonObject:
        connection = self._row(self._connections, "Connection", connection_id)
        if connection["state"] != state:
            at_ms = self._tick(connection)
            connection.update(state=state, status=_status(state), updated_at=iso(at_ms))
            self._emit_connection(what, connection, at_ms)
        return _show_connection(connection)

    def _drop_children(self, organization_id: str, *, quietly: bool) -> None:
        for connection in list(self._connections.having("organization_id", organization_id)):
            self._drop_connection(connection, quietly=quietly)
        super()._drop_children(organization_id, quietly=quietly)

    def _drop_connection(self, connection: JsonObject, *, quietly: bool) -> None:
        del self._connections[connection["id"]]
        if not quietly:
            kept = {key: connection[key] for key in connection if key not in _NOT_WHEN_DELETED}
            self._emit_connection("deleted", kept)

    def _emit_connection(
        self,
        what: Literal["activated", "deactivated", "deleted"],
        data: JsonObject,
        at_ms: int | None = None,
    ) -> None:
        organization_id = data["organization_id"]
        self._emit(f"connection.{what}", data, organization_id=organization_id, at_ms=at_ms)


def _status(state: ConnectionState) -> str:
    """Return the deprecated word for a state."""
    return "linked" if state == "active" else "unlinked"


def _show_connection(connection: JsonObject) -> JsonObject:
    """Return the REST form: ``external_key`` is in events only."""
    shown: JsonObject = copied(connection)
    del shown["external_key"]
    return shown
