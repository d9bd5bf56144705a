"""The text of ``policies/<schema>/<table>.sql``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from orgscope.isolation.contract.model import Command, Reach
from orgscope.table_files.access import Access
from orgscope.table_files.found import Found
from orgscope.table_files.wish import Wish

__all__ = ["partition_file", "policies_file"]

_WIDTH: Final = 100
_CLAUSES: Final[dict[Command, tuple[str, ...]]] = {
    "select": ("using",),
    "insert": ("with check",),
    "update": ("using", "with check"),
    "delete": ("using",),
}
_NAMES: Final[dict[Reach, str]] = {
    "organization": "own_org",
    "own": "own",
    "all": "with_context",
}


def policies_file(wish: Wish, found: Found, access: Access) -> str:
    """Return policies, grants and defaults that do what ``access`` says."""
    table = _table(wish, found)
    parts = (
        [*_sentence(f"-- Who may do what with {wish.table}:", f"{_whose(wish)}."), ""],
        [f"call authz.reset_policies('{wish.table}');", ""],
        [*_policies(wish, found, access, table), ""],
        [f"revoke all on {table} from public;", f"revoke all on {table} from orgscope_user;"],
        _grants(found, access, table),
        _sequences(found, access),
        _defaults(wish, found, table),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def partition_file(table: str) -> str:
    """Return the file of a partition, which everybody reaches through its parent only."""
    literal = table.replace("'", "''")
    return (
        f"-- Who may do what with {table}: nobody by its own name, it is a partition.\n\n"
        f"call authz.reset_policies('{literal}');\n"
    )


def _sequences(found: Found, access: Access) -> Iterator[str]:
    """Let who inserts take the next value of a default; never read what others have taken."""
    for name in found.sequences if "insert" in access.reaches else ():
        yield f"revoke all on sequence {name} from public, orgscope_user;"
        yield f"grant usage on sequence {name} to orgscope_user;"


def _table(wish: Wish, found: Found) -> str:
    return f"{found.quoted(wish.schema)}.{wish.name}"


def _sentence(who: str, whose: str) -> list[str]:
    return [f"{who} {whose}"] if len(who) + len(whose) < _WIDTH else [who, f"-- {whose}"]


def _whose(wish: Wish) -> str:
    if wish.scope == "organization":
        return "colleagues read, each writes their own" if wish.person else "its organization"
    return "each person has their own" if wish.scope == "user" else "whoever has a context reads"


def _policies(wish: Wish, found: Found, access: Access, table: str) -> Iterator[str]:
    for command, reach in access.reaches.items():
        yield f"create policy {command}_{_NAMES[reach]} on {table} for {command} to orgscope_user"
        clauses = [
            line
            for word in _CLAUSES[command]
            for line in _clause(word, _conditions(wish, found, command, word, reach))
        ]
        yield from (*clauses[:-1], f"{clauses[-1]};")
    for role in access.readers:
        if role == "backup":
            yield f"create policy all_backup on {table} for select to orgscope_backup using (true);"
        else:
            yield f"create policy select_{role} on {table} for select to orgscope_{role}"
            yield f"using ((select authz.is_privileged('{role}')));"


def _conditions(wish: Wish, found: Found, command: Command, word: str, reach: Reach) -> list[str]:
    if reach == "all":
        return ["(select authz.claims_or_null()) is not null"]
    conditions = []
    if wish.scope == "organization":
        conditions.append(f"{found.quoted(wish.organization)} = (select authz.org_id_or_null())")
    if reach == "own":
        conditions.append(f"{found.quoted(str(wish.person))} = (select authz.user_id_or_null())")
    if wish.deleted:
        name = found.quoted(wish.deleted)
        live = f"{name} is null"
        # PostgreSQL compares the new row of an update with the select policies as well.
        is_deleting = command == "select" or (command, word) == ("update", "with check")
        conditions.append(f"({live} or {name} = pg_catalog.now())" if is_deleting else live)
    return conditions


def _clause(word: str, conditions: Sequence[str]) -> list[str]:
    line = f"{word} ({' and '.join(conditions)})"
    if len(line) < _WIDTH:
        return [line]
    return [f"{word} (", *_joined(conditions, " and"), ")"]


def _joined(words: Sequence[str], glue: str) -> list[str]:
    """Return words on as few indented lines as they need."""
    lines = [""]
    for place, word in enumerate(words, 1):
        text = word if place == len(words) else f"{word}{glue}"
        longer = f"{lines[-1]} {text}".strip()
        if len(longer) + 2 <= _WIDTH:
            lines[-1] = longer
        else:
            lines.append(text)
    return [f"  {line}" for line in lines if line]


def _grants(found: Found, access: Access, table: str) -> Iterator[str]:
    whole = [command for command in access.reaches if command not in access.columns]
    readers = [f"orgscope_{role}" for role in access.readers]
    if whole == ["select"]:
        yield from _grant("select", table, ["orgscope_user", *readers])
    else:
        yield from _grant(", ".join(whole), table, ["orgscope_user"])
    for command in (one for one in access.reaches if one in access.columns):
        names = [found.quoted(name) for name in access.columns[command]]
        line = f"grant {command} ({', '.join(names)}) on {table} to orgscope_user;"
        if len(line) <= _WIDTH:
            yield line
        else:
            yield from (
                f"grant {command} (",
                *_joined(names, ","),
                f") on {table} to orgscope_user;",
            )
    if whole != ["select"]:
        yield from _grant("select", table, readers)


def _grant(commands: str, table: str, roles: Sequence[str]) -> list[str]:
    line = f"grant {commands} on {table} to {', '.join(roles)};"
    if len(line) <= _WIDTH:
        return [line]
    return [f"grant {commands} on {table}", f"to {', '.join(roles)};"]


def _defaults(wish: Wish, found: Found, table: str) -> list[str]:
    """Let an insert leave out whose the row is."""
    claims = {"authz.org_id()": wish.organization, "authz.user_id()": wish.person}
    if wish.scope != "organization":
        del claims["authz.org_id()"]
    lines = [
        f"alter table {table} alter column {found.quoted(name)} set default {claim};"
        for claim, name in claims.items()
        if name is not None
    ]
    return ["", *lines] if lines else []
