"""Row security, policies and grants of a database as text: kept beside the code, and reviewed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import psycopg

from orgscope.deploy.catalogue import POLICY_COMMANDS, RELATIONS, Catalogue, read
from orgscope.project import Project, core
from orgscope.repeatable_files import unrender

__all__ = ["policies_text"]

_HEAD: Final = """\
Row security, policies and grants, as PostgreSQL has them.
The owner of an object may do everything with it, and has no line; nor has a function, a sequence
or a type that is its owner's alone.
"""
_ROLE: Final = r'(?P<owner>"(?:[^"]|"")+"|[^,\s"]+)'
_RELATION: Final = re.compile(
    rf"kind (?P<kind>.), persistence ., owner {_ROLE}(?P<enabled>, row security)?"
    r"(?P<forced>, forced)?(?P<options> [{][^}]*[}])?.*"
)
_OWNER: Final = re.compile(rf"(?:kind ., persistence ., )?owner {_ROLE}.*", re.DOTALL)
_POLICY: Final = re.compile(
    r"(?P<kind>\w+) for (?P<command>.) to (?P<roles>[^\n]+)\n"
    r"using (?P<using>.*)\nwith check (?P<check>.*)",
    re.DOTALL,
)
_GRANT: Final = re.compile(r"(?P<privilege>\w+) to (?P<grantee>.+?)(?P<option> with grant option)?")


def policies_text(
    connection: psycopg.Connection[Any], project: Project | None, role_prefix: str
) -> str:
    """Return what the catalogue says of access in the schemas of core and of ``project``.

    It is the same for the same files, whatever the database and its prefix of roles. Must run in a
    transaction. Raises what `orgscope.deploy.catalogue.read` raises.
    """
    projects = (core(), project) if project else (core(),)
    schemas = [schema for one in projects for schema in one.schemas]
    found = {
        (schema, unrender(kind, role_prefix), unrender(name, role_prefix)): unrender(
            definition, role_prefix
        )
        for (schema, kind, name), definition in read(connection, schemas).items()
    }
    blocks = [_HEAD, *(line for schema in sorted(schemas) for line in _schema(schema, found))]
    return "\n".join(blocks) + "\n"


def _schema(schema: str, found: Catalogue) -> Iterator[str]:
    of_kind: dict[str, dict[str, str]] = defaultdict(dict)
    for (where, kind, name), definition in sorted(found.items()):
        if where == schema:
            of_kind[kind][name] = definition
    for name, definition in of_kind["schema"].items():
        yield f"schema {name}: {definition}"
        yield from _granted(of_kind["grant on schema"].get(name), _owner(definition))
    for kind, defaults in of_kind.items():
        if kind.startswith("grant on later objects"):
            for name, definition in defaults.items():
                yield f"{kind.removeprefix('grant on ')} {name}"
                yield from _granted(definition, "")
    yield ""
    for name, definition in of_kind["relation"].items():
        yield from _relation(name, definition, of_kind)
    for what in ("sequence", "function", "type"):
        yield from _alone(what, of_kind)


def _relation(
    name: str, definition: str, of_kind: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    facts = _read(_RELATION, definition.partition("\n")[0])
    kind = RELATIONS[facts["kind"]]
    if kind == "sequence":
        return
    security = "" if kind.endswith(("view", "foreign table")) else ", no row security"
    if facts["enabled"]:
        security = ", row security" + (facts["forced"] or ", not forced")
    options = facts["options"] or ""
    yield f"{name}: {kind}{options}{security}, owner {facts['owner']}"
    start = f"{name} "
    for identity, policy in of_kind["policy"].items():
        if identity.startswith(start):
            yield from _policy(identity.removeprefix(start), policy)
    yield from _granted(of_kind["grant on table"].get(name), facts["owner"])
    yield from _granted_columns(name, of_kind["grant on column"])
    yield ""


def _policy(name: str, definition: str) -> Iterator[str]:
    facts = _read(_POLICY, definition)
    kind = "" if facts["kind"] == "permissive" else f"{facts['kind']} "
    roles = ", ".join(sorted(facts["roles"].split(", ")))
    yield f"  {kind}policy {name} for {POLICY_COMMANDS[facts['command']]} to {roles}"
    for word, expression in (("using", facts["using"]), ("with check", facts["check"])):
        if expression:
            yield f"    {word} {expression}".replace("\n", "\n    ")


def _granted(definition: str | None, owner: str) -> Iterator[str]:
    grantees: dict[str, list[str]] = defaultdict(list)
    for privilege, grantee, option in _grants(definition, owner):
        grantees[privilege + option].append(grantee)
    for privilege, names in sorted(grantees.items()):
        yield f"  {privilege} to {', '.join(sorted(names))}"


def _granted_columns(table: str, grants: Mapping[str, str]) -> Iterator[str]:
    columns: dict[tuple[str, str], list[str]] = defaultdict(list)
    for identity, definition in grants.items():
        if identity.startswith(f"{table}."):
            for privilege, grantee, option in _grants(definition, ""):
                columns[privilege, grantee + option].append(identity.removeprefix(f"{table}."))
    for (privilege, grantee), names in sorted(columns.items()):
        yield f"  {privilege} ({', '.join(sorted(names))}) to {grantee}"


def _alone(what: str, of_kind: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Write the objects of a kind that somebody beside the owner may use, each on a line."""
    owners = of_kind["relation" if what == "sequence" else what]
    lines = [
        f"{what} {name}:{grant.removeprefix(' ')}"
        for name, definition in of_kind[f"grant on {what}"].items()
        for grant in _granted(definition, _owner(owners[name]))
    ]
    yield from (*lines, "") if lines else ()


def _owner(definition: str) -> str:
    return _read(_OWNER, definition)["owner"]


def _grants(definition: str | None, owner: str) -> Iterator[tuple[str, str, str]]:
    for line in (definition or "").splitlines():
        facts = _read(_GRANT, line)
        if facts["grantee"] != owner:
            yield facts["privilege"], facts["grantee"], facts["option"] or ""


def _read(form: re.Pattern[str], text: str) -> re.Match[str]:
    found = form.fullmatch(text)
    if found is None:
        raise ValueError(f"expected the form of sql/queries/catalogue_*.sql, and found {text!r}")
    return found
