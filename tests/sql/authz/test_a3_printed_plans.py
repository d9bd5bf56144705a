"""A3: no debug output that a login can switch on shows a byte of a key."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.sql.authz.tenants import FOREIGN, USER_A, Connection, Tenants, begin

PRINTING = """
set debug_print_parse = on;
set debug_print_rewritten = on;
set debug_print_plan = on;
set debug_pretty_print = off;
set client_min_messages = log
"""
PADS = """
select ipad from authz.seal_keys union all select opad from authz.seal_keys
union all select ipad from authz.tombstone_key union all select opad from authz.tombstone_key
"""


@contextmanager
def overheard(connection: Connection) -> Iterator[list[str]]:
    """Switch every debug output on and collect what the server says."""
    said: list[str] = []
    connection.add_notice_handler(
        lambda notice: said.append(f"{notice.message_primary} {notice.message_detail}")
    )
    connection.execute(PRINTING)
    yield said
    assert any("{QUERY" in text for text in said)
    assert any("{PLANNEDSTMT" in text for text in said)


def spellings(piece: bytes) -> list[str]:
    """Return how a plan would write these bytes: as a constant, or as a constant of their hex."""
    return [
        " ".join(str(octet - 256 if octet > 127 else octet) for octet in octets)
        for octets in (piece, piece.hex().encode())
    ]


def shown(tenants: Tenants, said: list[str]) -> int:
    """Return of how many pads the middle stands in the output."""
    text = re.sub(r"\s+", " ", " ".join(said))
    pads = [pad[8:20] for (pad,) in tenants.database.rows(PADS)]
    return sum(any(form in text for form in (pad.hex(), *spellings(pad))) for pad in pads)


def test_authz__a3_debug_print_plan__shows_constants(tenants: Tenants) -> None:
    """The control: a constant that is planned does appear, so the search can find one."""
    (pad,) = tenants.database.rows(PADS)[0]
    with tenants.database.connect("api") as connection, overheard(connection) as said:
        connection.execute("select %b::bytea", (pad,))
    assert shown(tenants, said) == 1
    with tenants.database.connect("api") as connection, overheard(connection) as said:
        connection.execute("select encode(%b::bytea, 'hex')", (pad,))
    assert shown(tenants, said) == 1


def test_authz__a3_debug_print_plan__never_shows_a_seal_key(tenants: Tenants) -> None:
    tenants.database.admin.execute("select authz.put_tombstone('user_01SOMEBODYELSE')")
    for login in ("api", "job", "admin", "auditor"):
        with tenants.database.connect(login) as connection, overheard(connection) as said:
            connection.execute("begin")
            match login:
                case "api":
                    begin(connection, tenants.ada)
                case "job":
                    connection.execute(
                        "select authz.begin_system(authz_org, 'job', 'a reason')"
                        " from (values (%s)) as o (authz_org)",
                        ("org_01JTESTORG00000000000000000",),
                    )
                case _:
                    connection.execute("select authz.begin_privileged('a reason')")
            connection.execute("select authz.claims()")
            connection.execute(FOREIGN)
            connection.execute("commit")
        assert shown(tenants, said) == 0


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("orgscope_definer", f"select authz.put_tombstone('{USER_A}')"),
        ("orgscope_definer", f"select authz.is_erased('{USER_A}')"),
        ("orgscope_definer", f"select authz.erased_in(array['{USER_A}'])"),
        ("orgscope_sealer", "select authz.rotate_seal_key()"),
        ("orgscope_owner", "select authz.rotate_seal_key()"),
    ],
)
def test_authz__a3_debug_print_plan__never_shows_a_tombstone_key(
    tenants: Tenants, role: str, statement: str
) -> None:
    tenants.database.admin.execute("select authz.put_tombstone('user_01SOMEBODYELSE')")
    with tenants.database.connect("migrator") as connection, overheard(connection) as said:
        connection.execute(f"set role {role}")
        connection.execute(statement)
        connection.execute(statement)
    assert shown(tenants, said) == 0
