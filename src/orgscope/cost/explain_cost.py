"""Plan each query under the policies, and without them but with their conditions written out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from orgscope.connection import connect
from orgscope.cost.losses import Loss, losses
from orgscope.cost.plans import Plan, plan_of
from orgscope.cost.written_out import mentioned, written_out
from orgscope.db.driver import ExtendedCursor
from orgscope.errors import ConfigurationError
from orgscope.explain.asked import Claims
from orgscope.explain.policies import condition_of, read_policies
from orgscope.settings import Settings

__all__ = ["QueryCost", "compare", "explain_cost"]

_ACTOR: Final = "explain-cost"
_NOBODY: Final = "user_01EXPLAINCOST"


@dataclass(frozen=True, slots=True)
class QueryCost:
    """What the policies cost one query."""

    query: str
    under: float
    """The planner's cost under the policies."""
    without: float
    """The planner's cost with their conditions written out."""
    losses: tuple[Loss, ...]

    @property
    def ratio(self) -> float:
        """How many times as much it costs under the policies."""
        return self.under / self.without if self.without else 1.0

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON's types."""
        return {
            "query": self.query,
            "under": self.under,
            "without": self.without,
            "ratio": self.ratio,
            "losses": [
                {"table": one.table, "what": one.what, "mend": one.mend} for one in self.losses
            ],
        }


def explain_cost(
    settings: Settings,
    queries: Iterable[str],
    *,
    org_id: str,
    reason: str,
    user_id: str | None = None,
    usable: bool = False,
    refused: Callable[[ConfigurationError], None] | None = None,
) -> list[QueryCost]:
    """Compare the plans of queries; none is run, and nothing is written but ``audit.contexts``.

    As the job login, in the context of the organization, each is planned under the policies; as the
    backup login, which sees every row, with their conditions written out. ``user_id`` is whom they
    mean by the user. ``usable`` plans as if no table may be read as a whole, so that one without
    rows shows which index can be used. Tables are qualified by their schema. ``refused`` is told of
    a query that cannot be planned, which is then left out.

    Raises ConfigurationError when a login's URL is not set, and, without ``refused``, for a query
    that cannot be planned.
    """
    with (
        _transaction(settings, "job") as job,
        _transaction(settings, "backup") as backup,
    ):
        job.execute("select authz.begin_system(%s, %s, %s)", (org_id, _ACTOR, reason))
        claims = Claims(user_id or _NOBODY, org_id, None, ())
        role = f"{settings.role_prefix}_user"
        costs = []
        for query in queries:
            try:
                costs.append(compare(job, backup, query, claims, role=role, usable=usable))
            except ConfigurationError as error:
                if refused is None:
                    raise
                refused(error)
        return costs


@contextmanager
def _transaction(settings: Settings, login: str) -> Iterator[psycopg.Connection[Any]]:
    # One statement for each message: what stands behind a semicolon would run.
    with connect(settings, login, autocommit=True, cursor_factory=ExtendedCursor) as connection:
        connection.execute("begin")
        yield connection
        connection.execute("rollback" if login == "backup" else "commit")


def compare(
    under: psycopg.Connection[Any],
    without: psycopg.Connection[Any],
    query: str,
    claims: Claims,
    *,
    role: str,
    usable: bool,
) -> QueryCost:
    """Compare the plans of one query in two transactions: of a request, and of the backup login.

    Raises ConfigurationError for a query that cannot be planned.
    """
    conditions = _conditions(without, query, claims, role)
    planned = _planned(under, query, usable=usable)
    other = _planned(without, written_out(query, conditions), usable=usable)
    return QueryCost(query, planned.cost, other.cost, tuple(losses(without, planned, other)))


def _planned(connection: psycopg.Connection[Any], query: str, *, usable: bool) -> Plan:
    try:
        with connection.transaction():
            connection.execute(f"set local enable_seqscan = {'off' if usable else 'on'}")
            return plan_of(connection, query)
    except psycopg.Error as error:
        raise ConfigurationError(
            f"a query cannot be planned: {error.diag.message_primary or type(error).__name__} "
            f"(SQLSTATE {error.sqlstate}). Qualify tables by their schema, and give them an alias "
            f"where they are joined: {query}"
        ) from error


def _conditions(
    connection: psycopg.Connection[Any], query: str, claims: Claims, role: str
) -> dict[str, str]:
    """Return what the policies ask of a row that is read, for each table under row security."""
    found: dict[str, str] = {}
    for table in mentioned(query):
        policies = read_policies(connection, table, "select", role, claims, follow=False)
        if policies:
            found[table] = condition_of(policies)
            if not found[table]:
                raise ConfigurationError(
                    f"the policies of {table} cannot be written out, because one reads what is "
                    "known in the context of a request only (orgscope policy explain says which)."
                )
    if not found:
        raise ConfigurationError(
            f"no table under row security, with its schema, is in the from clauses of: {query}"
        )
    return found
