"""Tables: objects by id, kept in the order of their ids, so that a page costs its rows only."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, MutableMapping

from orgscope.devworkos.wire import JsonObject

__all__ = ["Rows", "Table"]


class Rows:
    """Some of the objects of a table, oldest first. ``table`` holds each by its id."""

    def __init__(self, table: Mapping[str, JsonObject], ids: Iterable[str] = ()) -> None:
        self._table = table
        self._ids = sorted(ids)

    @classmethod
    def of(cls, rows: Iterable[JsonObject]) -> Rows:
        """Return any objects in order; it costs sorting them."""
        table = {row["id"]: row for row in rows}
        return cls(table, table)

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[JsonObject]:
        return self.newer_than(None)

    def __contains__(self, identifier: str) -> bool:
        index = bisect_left(self._ids, identifier)
        return index < len(self._ids) and self._ids[index] == identifier

    def add(self, identifier: str) -> None:
        """Include an object that is not yet included."""
        insort(self._ids, identifier)

    def remove(self, identifier: str) -> None:
        """Include an object no longer. It must be included."""
        del self._ids[bisect_left(self._ids, identifier)]

    def newer_than(self, identifier: str | None) -> Iterator[JsonObject]:
        """Yield what comes after that place in the order of ids (None: all), oldest first."""
        start = 0 if identifier is None else bisect_right(self._ids, identifier)
        return (self._table[self._ids[index]] for index in range(start, len(self._ids)))

    def older_than(self, identifier: str | None) -> Iterator[JsonObject]:
        """Yield what comes before that place in the order of ids (None: all), newest first."""
        end = len(self._ids) if identifier is None else bisect_left(self._ids, identifier)
        return (self._table[self._ids[index]] for index in range(end - 1, -1, -1))


class Table(MutableMapping[str, JsonObject]):
    """The objects of one noun by id, in the order of their ids, which is that of creation.

    ``indexed`` names fields that never change in an object, for ``having``.

    >>> table = Table("user_id")
    >>> table["om_1"] = {"id": "om_1", "user_id": "user_1"}
    >>> len(table.having("user_id", "user_1"))
    1
    """

    def __init__(self, *indexed: str) -> None:
        self._objects: dict[str, JsonObject] = {}
        self._indexes: dict[str, dict[str, Rows]] = {field: {} for field in indexed}
        self.rows = Rows(self._objects)

    def __getitem__(self, identifier: str) -> JsonObject:
        return self._objects[identifier]

    def __setitem__(self, identifier: str, row: JsonObject) -> None:
        if identifier in self._objects:
            del self[identifier]
        self._objects[identifier] = row
        self.rows.add(identifier)
        for field, index in self._indexes.items():
            index.setdefault(row[field], Rows(self._objects)).add(identifier)

    def __delitem__(self, identifier: str) -> None:
        row = self._objects[identifier]
        self.rows.remove(identifier)
        for field, index in self._indexes.items():
            found = index[row[field]]
            found.remove(identifier)
            if not found:
                del index[row[field]]
        del self._objects[identifier]

    def __iter__(self) -> Iterator[str]:
        return (row["id"] for row in self.rows)

    def __len__(self) -> int:
        return len(self._objects)

    def having(self, field: str, value: str) -> Rows:
        """Return the objects with that value in an indexed field, oldest first."""
        return self._indexes[field].get(value) or Rows(self._objects)
