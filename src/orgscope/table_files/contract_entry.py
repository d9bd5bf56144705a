"""The entry of the table in ``policies/contract.toml``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from orgscope.isolation.contract.model import Command
from orgscope.table_files.access import Access
from orgscope.table_files.wish import Wish

__all__ = ["contract_entry"]

_WIDTH: Final = 100


def contract_entry(wish: Wish, access: Access) -> str:
    """Return what ``access`` says, as the contract says it."""
    return "\n".join(_lines(wish, access)) + "\n"


def _lines(wish: Wish, access: Access) -> Iterator[str]:
    header = f'tables."{wish.table}"'
    yield f"[{header}]"
    yield f'scope = "{wish.scope}"'
    if wish.scope == "organization":
        yield f'organization = "{wish.organization}"'
    if wish.person:
        yield f'person = "{wish.person}"'
    if wish.deleted:
        yield f'deleted = "{wish.deleted}"'
    yield from (f'{role} = ["select"]' for role in access.readers)
    yield ""
    yield f"[{header}.user]"
    long = []
    for command, reach in access.reaches.items():
        if command not in access.columns:
            yield f'{command} = "{reach}"'
            continue
        columns = json.dumps(access.columns[command])
        line = f'{command} = {{ rows = "{reach}", columns = {columns} }}'
        if len(line) <= _WIDTH:
            yield line
        else:
            long.append(command)
    for command in long:
        yield from _table_of(header, command, access)


def _table_of(header: str, command: Command, access: Access) -> Iterator[str]:
    """Write one command as a table of its own: an inline table stands on one line."""
    yield from ("", f"[{header}.user.{command}]", f'rows = "{access.reaches[command]}"')
    columns = f"columns = {json.dumps(access.columns[command])}"
    if len(columns) <= _WIDTH:
        yield columns
    else:
        yield from ("columns = [", *(f'  "{name}",' for name in access.columns[command]), "]")
