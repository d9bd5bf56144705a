"""Expressions as PostgreSQL prints them are taken apart where the outermost operator stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgscope.expressions import operands

ATOMS = st.sampled_from(
    [
        "true",
        "(a = b)",
        "(name = ' AND (')",
        '("odd AND name" IS NULL)',
        "(id = ( SELECT authz.user_id_or_null() AS user_id_or_null))",
        "(id = ANY (ARRAY( SELECT m.id FROM m WHERE ((m.a = 1) AND (m.b = 'it''s OR')))))",
    ]
)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("true", ("", ["true"])),
        ("(a = b)", ("", ["(a = b)"])),
        ("((a = b) AND (c = 'd'))", ("AND", ["(a = b)", "(c = 'd')"])),
        ("(a) AND (b)", ("AND", ["(a)", "(b)"])),
        ("((a = ' OR ') OR (b AND c))", ("OR", ["(a = ' OR ')", "(b AND c)"])),
    ],
)
def test_operands__expression__operator_and_parts(
    expression: str, found: tuple[str, list[str]]
) -> None:
    assert operands(expression) == found


@given(st.lists(ATOMS, min_size=2, max_size=5), st.sampled_from(["AND", "OR"]))
def test_operands__joined__are_the_parts(parts: list[str], operator: str) -> None:
    assert operands(f"({f' {operator} '.join(parts)})") == (operator, parts)
    other = "OR" if operator == "AND" else "AND"
    nested = f"({f' {operator} '.join(parts)})"
    assert operands(f"({nested} {other} true)") == (other, [nested, "true"])
