"""What a policy reads beyond rows and claims: no attempt shows what that opens.

A session may choose the answer, or it comes when nobody is trying: a setting, the text of the
query, the clock.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from orgscope.expressions import terms, without_search_path

__all__ = ["chosen", "unknown_login", "unvaried"]


def _words(*names: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(names)})\b", re.IGNORECASE)


_CHOSEN: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "a setting": _words("current_setting", "pg_settings", "(?:pg_)?show_all_settings"),
        "the search path": _words("current_schemas?"),
        "the text of the query": _words("current_query"),
        "what sessions say of themselves": _words("pg_stat_activity", "pg_stat_get_activity"),
        "locks": _words("pg_locks", "pg_lock_status"),
        "temporary objects": _words("pg_temp", "pg_my_temp_schema"),
        "the metadata of a request": re.compile(r"\bclaims.*'\{?request\b", re.DOTALL),
    }
)
_UNVARIED: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "chance": _words("random", "random_normal"),
        "the name of the database": _words("current_database", "current_catalog"),
        "the address of the client": _words("inet_client_addr", "inet_client_port"),
        "the address of the server": _words("inet_server_addr", "inet_server_port"),
    }
)
_LOGIN: Final = _words("session_user", "current_user", "current_role")
_CLOCK: Final = _words(
    "now",
    "current_date",
    "current_time(?:stamp)?",
    "localtime(?:stamp)?",
    "(?:clock|statement|transaction)_timestamp",
    "timeofday",
)


def chosen(text: str) -> str:
    """Return what an expression or a function's text reads that every session can change.

    The empty text when nothing.
    """
    read = without_search_path(text)
    return next((what for what, pattern in _CHOSEN.items() if pattern.search(read)), "")


def unknown_login(text: str, role_prefix: str) -> str:
    """Return what an expression or a function's text reads of whoever has logged in.

    The empty text when nothing, and where it names a login of ours: that one tries.
    """
    ours = re.search(rf"'{re.escape(role_prefix)}_\w+'", text)
    return "the name of the login" if _LOGIN.search(text) and not ours else ""


def unvaried(expression: str, columns: Collection[str], role_prefix: str) -> str:
    """Return what a policy's expression reads that is the same in every attempt.

    The clock counts where it is compared with none of the table's ``columns``: the rows have times
    of long ago and far away. The empty text when nothing.
    """
    found = (what for what, pattern in _UNVARIED.items() if pattern.search(expression))
    of_columns = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in columns) or r"(?!)")
    for term in terms(expression):
        if _CLOCK.search(term) and not of_columns.search(term):
            return "the clock, and no time of the row"
        if login := unknown_login(term, role_prefix):
            return login
    return next(found, "")
