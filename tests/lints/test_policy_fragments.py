"""What lints of policies share: where a row is compared, who is bound, and what is reached."""

from __future__ import annotations

import random

import pytest

from tests.lints.conftest import LOGIN, REQUEST, Scratch
from tests.lints.test_fragments import rows

OWN = "(org_id = (select app.sealed_org_id()))"
MINE = "(owner_id = (select app.sealed_org_id()))"
MEMBERS = "create table app.members (user_id uuid, org_id uuid)"


def expression(chance: random.Random, depth: int, *, is_negated: bool = False) -> tuple[str, bool]:
    """Return a condition, and whether each branch of it binds the row to a claim."""
    if depth == 0 or chance.random() < 0.2:
        text, binds = chance.choice([(OWN, True), (MINE, True), ("(text = 'x')", False)])
        return text, binds and not is_negated
    if chance.random() < 0.25:
        text, binds = expression(chance, depth - 1, is_negated=not is_negated)
        return f"(not {text})", binds
    is_and = chance.random() < 0.5
    terms = [
        expression(chance, depth - 1, is_negated=is_negated) for _ in range(chance.randint(2, 3))
    ]
    text = (" and " if is_and else " or ").join(term for term, _ in terms)
    return f"({text})", (any if is_and != is_negated else all)(binds for _, binds in terms)


def test_bounds__any_condition__each_branch_is_bound_or_not(scratch: Scratch) -> None:
    chance = random.Random(20261129)
    wanted = {}
    for number in range(150):
        text, binds = expression(chance, 3)
        scratch.run(f"create policy p{number} on app.notes for select to {REQUEST} using ({text})")
        wanted[f"p{number}"] = binds
    found = rows(
        scratch,
        "policies bounds",
        "select p.name, b.is_bound from bounds as b inner join policies as p on b.policy = p.oid "
        "where p.name ~ '^p[0-9]'",
    )
    assert len(set(wanted.values())) == 2
    assert dict(found) == wanted


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (f"for all to {REQUEST} using ({OWN}) with check (text = 'x')", {"using": True, "check": False}),
        (f"for update to {REQUEST} using ({OWN})", {"using": True, "check": True}),
        (f"for insert to {REQUEST} with check ({OWN} or false)", {"check": True}),
        (f"for delete to {REQUEST} using (text = 'x' or org_id is null)", {"using": False}),
        (f"for delete to {REQUEST} using (org_id is null)", {"using": True}),
        (f"for delete to {REQUEST} using (owner_id is null)", {"using": False}),
    ],
)  # fmt: skip
def test_bounds__clauses_of_a_command__each_is_there(
    scratch: Scratch, policy: str, wanted: dict[str, bool]
) -> None:
    scratch.run(f"create policy p on app.notes {policy}")
    found = rows(
        scratch,
        "policies bounds",
        "select b.clause, b.is_bound from bounds as b inner join policies as p on b.policy = p.oid "
        "where p.name = 'p'",
    )
    assert dict(found) == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (f"{OWN} or app.sealed_org_id()::text = 'staff'", (False, True, True)),
        (f"{OWN} or app.sealed_org_id() is not null", (False, False, True)),
        ("app.sealed_org_id()::text = 'staff'", (False, True, False)),
        (f"not ({OWN} and app.sealed_org_id()::text <> 'staff')", (False, False, True)),
    ],
)
def test_bounds__claim_that_is_compared_with_no_column__is_asked_unless_for_null(
    scratch: Scratch, expression: str, wanted: tuple[bool, bool, bool]
) -> None:
    scratch.run(f"alter policy select_own on app.notes using ({expression})")
    select = "select b.is_bound, b.is_asked, b.has_comparison from bounds as b"
    assert rows(scratch, "bounds", select) == [wanted]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("exists (select from app.members as m where m.org_id = notes.org_id)", ["app.members.2"]),
        ("exists (select from app.keys as k, app.members as m where notes.org_id = m.org_id and k.kid = 1)", ["app.members.2"]),
        ("exists (select from app.keys as k join app.members as m on true where m.user_id = notes.owner_id)", ["app.members.1"]),
        ("org_id in (select m.org_id from app.members as m)", ["app.members.2"]),
        ("org_id = any (array(select m.org_id from app.members as m))", ["app.members.2"]),
        ("org_id = (select m.org_id from app.members as m limit 1)", ["app.members.2"]),
        ("exists (select from app.members as m where m.org_id <> notes.org_id)", []),
        ("exists (select from app.members as m where m.org_id = m.user_id)", []),
        ("(select count(m.org_id) from app.members as m) = 1 and org_id is not null", []),
    ],
)  # fmt: skip
def test_relays__column_that_stands_for_the_rows__found(
    scratch: Scratch, expression: str, wanted: list[str]
) -> None:
    scratch.run(
        MEMBERS, f"create policy p on app.notes for select to {REQUEST} using ({expression})"
    )
    found = rows(
        scratch, "relays", "select format('%s.%s', r.relation::regclass, r.attnum) from relays as r"
    )
    assert [name for (name,) in found] == wanted


def test_reached__functions_views_and_tables__of_each_policy(scratch: Scratch) -> None:
    scratch.run(
        MEMBERS,
        "create view app.people as select m.user_id from app.members as m",
        "create function app.is_known(who uuid) returns boolean language plpgsql stable as "
        "$$ begin return exists (select from app.people as p where p.user_id = who); end $$",
        f"create policy p on app.notes for select to {REQUEST} using (app.is_known(owner_id))",
    )
    found = rows(
        scratch,
        "policies reached",
        "select case r.class when 'pg_proc'::regclass then r.object::regproc::text "
        "else r.object::regclass::text end as name from reached as r "
        "inner join policies as p on r.policy = p.oid where p.name = 'p' order by name",
    )
    assert [name for (name,) in found] == ["app.is_known", "app.members", "app.people"]


def test_policy_roles__public_members_and_strangers__as_the_policy_says(scratch: Scratch) -> None:
    scratch.as_superuser("create role lint_group", f"grant lint_group to {REQUEST}")
    scratch.run(
        "create policy everybody on app.notes using (false)",
        "create policy grouped on app.notes to lint_group using (false)",
    )
    found = rows(
        scratch,
        "policies policy_roles",
        "select p.name, q.name from policy_roles as q "
        "inner join policies as p on q.policy = p.oid order by 1, 2",
        (REQUEST, LOGIN),
    )
    assert found == [
        ("everybody", LOGIN),
        ("everybody", REQUEST),
        ("everybody", "public"),
        ("grouped", REQUEST),
        ("select_own", REQUEST),
    ]


def test_comparisons__claim_by_a_function_or_by_itself__says_which(scratch: Scratch) -> None:
    scratch.run(
        f"create policy p on app.notes for select to {REQUEST} "
        "using (org_id = (select app.sealed_org_id()) or text = current_user)"
    )
    found = rows(
        scratch,
        "policies comparisons",
        "select c.attnum, c.function::regproc::text from comparisons as c "
        "inner join policies as p on c.policy = p.oid and p.name = 'p' order by 1",
    )
    assert found == [(2, "app.sealed_org_id"), (4, None)]
