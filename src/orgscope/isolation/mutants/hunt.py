"""Make one mistake after the other, and see whether the matrix notices each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

import psycopg
from psycopg import sql

from orgscope.errors import IsolationAborted
from orgscope.isolation.attempts.attempt import open_attempts
from orgscope.isolation.attempts.contexts import context_cases
from orgscope.isolation.attempts.on_tables import attempts_on
from orgscope.isolation.attempts.prepare import Subject
from orgscope.isolation.catalogue.assertions import assert_tables
from orgscope.isolation.catalogue.functions import assert_functions, read_functions
from orgscope.isolation.catalogue.helpers import read_helpers
from orgscope.isolation.catalogue.policies import assert_policies, read_policies
from orgscope.isolation.catalogue.read import read_catalogue
from orgscope.isolation.catalogue.tables import read_tables
from orgscope.isolation.catalogue.views import assert_views, read_views
from orgscope.isolation.clone.clone import QUALIFY, Clone
from orgscope.isolation.contract.model import Contract
from orgscope.isolation.examine import Examined
from orgscope.isolation.mutants.mutant import Mutant, Query
from orgscope.isolation.report.report import Case, Fate
from orgscope.isolation.world.actors import ACTORS, Actor, opened
from orgscope.isolation.world.compose import identifier
from orgscope.isolation.world.environment import World

__all__ = ["hunt"]

_ASKED_OFTEN: Final = 5
"""Times; the catalogue is read after each mistake, and a mistake is made once."""


def hunt(
    clone: Clone,
    examined: Examined,
    *,
    guards: Iterable[Mutant],
    mutants: Iterable[Mutant],
) -> list[Fate]:
    """Make each mistake in the clone, look until something differs, and undo it.

    ``guards`` are those that only the catalogue can show. For the others the request role is
    granted whole tables: a policy must hold by itself, and not by what a column's grant keeps out.

    Raises IsolationAborted when something differs without any mistake.
    """
    with ExitStack() as stack:
        sessions = stack.enter_context(clone.sessions(actor.login for actor in ACTORS))
        owner = stack.enter_context(clone.connect("migrator"))
        owner.execute(QUALIFY)  # as the names of the mutants were read
        owner.prepare_threshold = _ASKED_OFTEN
        superuser = stack.enter_context(clone.connect())
        # Also where the run was quick: the mistakes of a helper show on whose token has ended.
        actors = tuple(dict.fromkeys((*examined.actors, *ACTORS)))
        contract = examined.contract
        hunter = _Hunter(clone, contract, examined.world, actors, {}, sessions, owner, superuser)
        fates = hunter.fates(guards)
        wide = [_widened(clone, one) for one in examined.prepared.subjects]
        hunter = replace(
            hunter,
            contract=replace(contract, tables={one.table.name: one.declared for one in wide}),
            subjects={one.table.name: one for one in wide},
        )
        widened = [name for name, subject in hunter.subjects.items() if subject.declared.user]
        prompt = [one for one in actors if one.role == "user" and not _waits(one)]
        if found := hunter.in_matrix(prompt, widened):
            raise IsolationAborted(
                f"where the request role may write every column, {found}. Only the grant keeps it "
                "out: give the table a policy that does."
            )
        return fates + hunter.fates(mutants)


def _widened(clone: Clone, subject: Subject) -> Subject:
    """Grant the request role whole tables, in the clone and in the contract."""
    declared, role = subject.declared, sql.Identifier(f"{clone.settings.role_prefix}_user")
    with clone.owner() as connection:
        for command in declared.user:
            query = sql.SQL("grant {} on {} to {}")
            connection.execute(query.format(sql.SQL(command), identifier(subject.table), role))
    user = {
        command: grant.model_copy(update={"columns": None})
        for command, grant in declared.user.items()
    }
    wide = declared.model_copy(update={"user": user})
    return replace(subject, declared=wide, user_change=subject.change)


@dataclass(frozen=True, slots=True)
class _Hunter:
    clone: Clone
    contract: Contract
    world: World
    actors: Sequence[Actor]
    subjects: Mapping[str, Subject]
    sessions: Mapping[str, psycopg.Connection[Any]]
    owner: psycopg.Connection[Any]
    superuser: psycopg.Connection[Any]
    noticed: Counter[str] = field(default_factory=Counter)
    """How many mistakes each actor noticed."""

    def fates(self, mutants: Iterable[Mutant]) -> list[Fate]:
        """Make each mistake and undo it, and say what became of it.

        Raises IsolationAborted when not all is as before: then a mistake hid another one.
        """
        before = self._state()
        fates = [self._fate(mutant) for mutant in mutants]
        if self._state() != before:
            raise IsolationAborted(
                "a mutant of this run was not undone, so what was noticed afterwards may have been "
                "that one. Please report it, with the project's policies."
            )
        return fates

    def _state(self) -> object:
        role_prefix, schemas = self.clone.settings.role_prefix, self.contract.schemas
        # A setting that was taken from a function comes back behind the others.
        helpers = {
            one.signature: sorted(one.definition.splitlines())
            for one in read_helpers(self.owner, schemas)
        }
        return read_catalogue(self.owner, schemas, role_prefix), helpers

    def _fate(self, mutant: Mutant) -> Fate:
        """Say who notices the mistake: the catalogue, else the first case that differs."""
        with self._made(mutant):
            if differs := self._in_catalogue(mutant):
                return Fate(str(mutant), mutant.sql, differs, by_catalogue=True)
            actors = self._likeliest(mutant)
            tables = [name for name in mutant.tables if name in self.subjects]
            # What is wrong with a helper most likely shows on any table.
            case = self.in_matrix(actors, tables[:1]) or self.in_matrix(actors, tables[1:])
            if case is None:
                return Fate(str(mutant), mutant.sql, "")
            self.noticed[case.actor] += 1
            return Fate(str(mutant), mutant.sql, str(case))

    def _likeliest(self, mutant: Mutant) -> list[Actor]:
        """Put whom the mistake concerns first, and last, if at all, whom one has to wait for.

        Among them first who noticed most: a helper's mistakes show to the same few.
        """
        tried = [one for one in self.actors if mutant.changes == "function" or not _waits(one)]
        return sorted(
            tried,
            key=lambda one: (_waits(one), one.role not in mutant.roles, -self.noticed[one.name]),
        )

    def in_matrix(self, actors: Iterable[Actor], tables: Sequence[str]) -> Case | None:
        """Return the first case that differs."""
        for actor in actors if tables else ():
            connection = self.sessions[actor.login]
            # Left open, the transaction would keep the mistake from being undone.
            with opened(self.clone, connection, actor, self.world) as sqlstate:
                open_attempts(connection)
                for case in self._cases(connection, actor, sqlstate, tables):
                    if not case.passed:
                        return case
        return None

    def _cases(
        self,
        connection: psycopg.Connection[Any],
        actor: Actor,
        sqlstate: str | None,
        tables: Iterable[str],
    ) -> Iterator[Case]:
        yield from context_cases(connection, actor, self.contract, sqlstate)
        for name in tables:
            for tried in attempts_on(connection, actor, self.subjects[name]):
                yield Case.of(actor.name, name, tried)

    @contextmanager
    def _made(self, mutant: Mutant) -> Iterator[None]:
        maker = self.owner if mutant.owner else self.superuser
        if mutant.owner:
            self.clone.become(maker, mutant.owner)
        _execute(maker, mutant.apply)
        yield
        _execute(maker, mutant.undo)

    def _in_catalogue(self, mutant: Mutant) -> str:
        """Compare what was changed with the contract; the empty text when they agree."""
        owner, schemas = self.owner, self.contract.schemas
        role_prefix = self.clone.settings.role_prefix
        if mutant.changes == "function":
            functions = read_functions(owner, schemas, mutant.functions)
            names = {one.name for one in functions}
            executable = {role: names & {*all_} for role, all_ in self.contract.functions.items()}
            contract = replace(self.contract, functions=executable)
            findings, _ = assert_functions(contract, functions, role_prefix)
        elif mutant.changes == "view":
            views = read_views(owner, schemas, mutant.tables)
            shown = {view.name: self.contract.views[view.name] for view in views}
            findings, _ = assert_views(replace(self.contract, views=shown), views, role_prefix)
        else:
            tables = read_tables(owner, schemas, role_prefix, mutant.tables)
            declared = {table.name: self.contract.tables[table.name] for table in tables}
            contract = replace(self.contract, tables=declared)
            findings, _ = assert_tables(contract, tables, role_prefix)
            policies = read_policies(owner, schemas, mutant.tables)
            findings += assert_policies(contract, policies, tables, role_prefix)
        return next(map(str, findings), "")


def _execute(connection: psycopg.Connection[Any], statements: Iterable[Query]) -> None:
    with connection.transaction():
        for statement in statements:
            connection.execute(statement)


def _waits(actor: Actor) -> bool:
    return actor.opening == "ended"
