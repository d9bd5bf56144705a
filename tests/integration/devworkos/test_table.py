"""Tables and links, compared with a plain model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orgscope.devworkos.links import Links
from orgscope.devworkos.table import Table

KEYS = st.sampled_from("abcdefgh")


@given(
    steps=st.lists(st.tuples(KEYS, st.sampled_from([None, "x", "y"])), max_size=40),
    place=st.one_of(st.none(), KEYS),
)
def test_table__after_any_writes__is_a_sorted_dictionary(
    steps: list[tuple[str, str | None]], place: str | None
) -> None:
    table, model = Table("color"), dict[str, dict[str, str]]()
    for key, color in steps:
        if color is not None:  # None deletes
            table[key] = model[key] = {"id": key, "color": color}
        elif key in model:
            del table[key], model[key]

    in_order = [model[key] for key in sorted(model)]
    newer = [row for row in in_order if place is None or row["id"] > place]
    older = [row for row in in_order if place is None or row["id"] < place]
    assert list(table.items()) == [(row["id"], row) for row in in_order]
    assert len(table) == len(table.rows) == len(model)
    assert list(table.rows.newer_than(place)) == newer
    assert list(table.rows.older_than(place)) == older[::-1]
    assert place is None or (place in table.rows) == (place in model)
    for color in ("x", "y", "z"):
        assert list(table.having("color", color)) == [
            row for row in in_order if row["color"] == color
        ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "remove", "drop_group", "drop_member"]),
            st.integers(0, 3),
            st.integers(0, 3),
        ),
        max_size=40,
    )
)
def test_links__after_any_writes__are_a_set_of_pairs(steps: list[tuple[str, int, int]]) -> None:
    groups, members = Table(), Table()
    for number in range(4):
        groups[f"g{number}"], members[f"m{number}"] = {"id": f"g{number}"}, {"id": f"m{number}"}
    links, model = Links(groups, members), set[tuple[str, str]]()
    for step, group_number, member_number in steps:
        pair = group, member = f"g{group_number}", f"m{member_number}"
        match step:
            case "add":
                assert links.add(group, member) == (pair not in model)
                model.add(pair)
            case "remove":
                assert links.remove(group, member) == (pair in model)
                model.discard(pair)
            case "drop_group":
                links.drop_group(group)
                model = {other for other in model if other[0] != group}
            case _:
                links.drop_member(member)
                model = {other for other in model if other[1] != member}

    for identifier in groups:
        found = [row["id"] for row in links.members_of(identifier)]
        assert found == sorted(member for group, member in model if group == identifier)
    for identifier in members:
        found = [row["id"] for row in links.groups_of(identifier)]
        assert found == sorted(group for group, member in model if member == identifier)
