"""Put literals in the place of the claim readers of an expression, as PostgreSQL prints it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from orgscope.explain.asked import Claims

__all__ = ["Function", "Unknown", "filled", "readable"]

_WORD: Final = r'(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")+")'
_TOKEN: Final = re.compile(
    rf"""(?<![\w".])(?P<name>{_WORD}[.]{_WORD})[(]|(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")""",
    re.DOTALL,
)
_PARENTHESIS: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[()]", re.DOTALL)
_LITERAL: Final = r"(?:NULL|(?:'(?:[^']|'')*'))(?:::[a-z ]+(?:\[\])?)?"
_SELECTED: Final = re.compile(rf"[(] SELECT ({_LITERAL}) AS \w+[)]", re.DOTALL)
_BODY: Final = re.compile(r"^\s*(?:RETURN|BEGIN ATOMIC)\b(?P<body>.*?);?(?:\s*END)?\s*$", re.DOTALL)


class Unknown(Exception):
    """An expression calls what cannot be evaluated with other claims."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a project that a policy calls."""

    body: str | None
    """Its statement, when it has no parameter and its body is a tree of the catalogue."""
    is_opaque: bool
    """Whether it, or what it calls, reads claims or has a body that is text."""


def filled(expression: str, claims: Claims, functions: Mapping[str, Function]) -> str:
    """Return the expression with literals for the claim readers, and projects' functions inlined.

    Raises Unknown, which names the function.
    """
    parts, begin = [], 0
    while found := _TOKEN.search(expression, begin):
        if found["quoted"]:
            parts.append(expression[begin : found.end()])
            begin = found.end()
            continue
        end = _end_of_call(expression, found.end())
        argument = filled(expression[found.end() : end - 1], claims, functions)
        parts += [
            expression[begin : found.start()],
            _call(found["name"], argument, claims, functions),
        ]
        begin = end
    return "".join((*parts, expression[begin:]))


def readable(expression: str) -> str:
    """Return the expression without the sub-selects that held a claim reader."""
    return " ".join(_SELECTED.sub(r"\1", expression).split())


def _end_of_call(expression: str, begin: int) -> int:
    """Return where the call ends whose arguments begin there."""
    depth = 1
    for found in _PARENTHESIS.finditer(expression, begin):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return len(expression)


def _call(name: str, argument: str, claims: Claims, functions: Mapping[str, Function]) -> str:
    schema, _, function = name.partition(".")
    if schema == "authz":
        return _reader(function, argument, claims)
    called = functions.get(name)
    if called is None or not called.is_opaque:
        return f"{name}({argument})"
    if called.body is None:
        raise Unknown(f"{name}: it reads claims by itself, or its body is text")
    body = _BODY.sub(r"\g<body>", called.body).strip()
    return f"({filled(body, claims, functions)})"


def _reader(function: str, argument: str, claims: Claims) -> str:
    texts = {
        "org_id": claims.org_id,
        "org_id_or_null": claims.org_id,
        "user_id": claims.user_id,
        "user_id_or_null": claims.user_id,
        "actor": claims.user_id,
        "role": claims.role,
        "require_organization": claims.org_id,
    }
    if function in texts:
        return _text(texts[function])
    permissions = f"{_text('{' + ','.join(map(json.dumps, claims.permissions)) + '}')}[]"
    others = {
        "permissions": permissions,
        "has_permission": f"(({argument}) = ANY ({permissions}))",
        "is_privileged": "false",
        "claims": f"{_quoted(json.dumps(claims.as_dict()))}::jsonb",
    }
    others["claims_or_null"] = others["claims"]
    if function not in others:
        raise Unknown(f"authz.{function}: its value is known in the context of a request only")
    return others[function]


def _text(value: str | None) -> str:
    return "NULL::text" if value is None else f"{_quoted(value)}::text"


def _quoted(value: str) -> str:
    return sql.Literal(value).as_string().strip()
