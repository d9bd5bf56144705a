"""B8: seal keys stay with the sealer, and a rotated one ends with the transactions it served."""

import hashlib
import hmac
import json

from tests.database import Database
from tests.sql.authz.tenants import FOREIGN, ORG_A, ORG_B, Tenants, begin, closed, refusal, value

KEYS = "select kid, ipad, opad from authz.seal_keys order by kid desc limit 1"
WHERE = """
select extract(epoch from pg_postmaster_start_time()), pg_backend_pid(),
  extract(epoch from transaction_timestamp())
"""


def sealed_by(key: tuple[int, bytes, bytes], place: tuple[object, ...]) -> str:
    """Seal a context of the second organization with a stolen key."""
    kid, ipad, opad = key
    claims = json.dumps({"kind": "user", "org_id": ORG_B, "until": 99999999999})
    text = "|".join(("1", str(kid), "user", *map(str, place), claims)).encode()
    mac = hashlib.sha256(opad + hashlib.sha256(ipad + text).digest()).hexdigest()
    return f"1|{kid}|user|{mac}|{claims}"


def rotate(database: Database) -> int:
    """Rotate as the worker does; return the new kid."""
    with database.connect("keys") as connection:
        return int(value(connection, "select authz.rotate_seal_key()"))


def test_authz__b8_seal_key__is_a_random_hmac_key(tenants: Tenants) -> None:
    """The pads are of one 64-octet key (RFC 2104), and the construction is Python's hmac."""
    (_, ipad, opad) = tenants.database.rows(KEYS)[0]
    key = bytes(octet ^ 0x36 for octet in ipad)
    assert (len(key), bytes(octet ^ 0x5C for octet in key)) == (64, opad)
    inner = hashlib.sha256(ipad + b"text").digest()
    assert hmac.digest(key, b"text", "sha256") == hashlib.sha256(opad + inner).digest()
    rotate(tenants.database)
    pads = {ipad, opad, *(pad for row in tenants.database.rows(KEYS) for pad in row[1:])}
    assert len(pads) == 4


def test_authz__b8_stolen_key__would_forge_until_it_is_rotated(tenants: Tenants) -> None:
    """Why the key matters, and that after a rotation it opens nothing."""
    stolen = tenants.database.rows(KEYS)[0]
    with tenants.transaction() as connection:
        place = connection.execute(WHERE).fetchone()
        assert place is not None
        forged = sealed_by(stolen, place)
        connection.execute("select set_config('orgscope.context', %s, true)", (forged,))
        connection.execute("set local role orgscope_user")
        assert value(connection, FOREIGN) == ORG_B
    rotate(tenants.database)
    tenants.database.admin.execute(
        "update authz.seal_keys set retired_at = retired_at - interval '2 minutes'"
    )
    with tenants.transaction() as connection:
        place = connection.execute(WHERE).fetchone()
        assert place is not None
        forged = sealed_by(stolen, place)
        connection.execute("select set_config('orgscope.context', %s, true)", (forged,))
        connection.execute("set local role orgscope_user")
        assert closed(connection) == "WS301"


def test_authz__b1_seal__covers_server_backend_and_transaction(tenants: Tenants) -> None:
    """Even with the key a seal of another server, backend or transaction start is none."""
    key = tenants.database.rows(KEYS)[0]
    with tenants.transaction() as connection:
        place = connection.execute(WHERE).fetchone()
        assert place is not None
        connection.execute("set local role orgscope_user")
        for moved in (None, 0, 1, 2):
            here = tuple(part + (at == moved) for at, part in enumerate(place))
            forged = sealed_by(key, here)
            connection.execute("select set_config('orgscope.context', %s, true)", (forged,))
            if moved is None:
                assert value(connection, FOREIGN) == ORG_B
            else:
                assert (moved, closed(connection)) == (moved, "WS301")


def test_authz__b8_rotation__open_context_lives_until_its_end(tenants: Tenants) -> None:
    text = tenants.ada
    with tenants.database.connect("api") as connection:
        connection.execute("begin")
        begin(connection, text)
        rotate(tenants.database)
        assert value(connection, "select authz.org_id()") == ORG_A
        begin(connection, text)  # sealed anew, by the new key
        connection.execute("commit")
        connection.execute("begin")
        begin(connection, text)
        assert value(connection, "select authz.org_id()") == ORG_A


def test_authz__b8_two_rotations__only_current_and_previous_are_kept(tenants: Tenants) -> None:
    with tenants.request() as connection:
        kids = [rotate(tenants.database), rotate(tenants.database)]
        kept = tenants.database.rows(
            "select kid, retired_at is null from authz.seal_keys order by 1"
        )
        assert kept == [(kids[0], False), (kids[1], True)]
        assert refusal(connection, "select authz.org_id()") == "WS301"  # loud, not empty


def test_authz__b8_kid_of_the_caller__is_only_current_or_previous(tenants: Tenants) -> None:
    kid = tenants.database.rows(KEYS)[0][0]
    with tenants.request() as connection:
        rest = value(connection, "select current_setting('orgscope.context')").split("|", 2)[2]
        for other in (kid + 1, 0, -1, 999999999, 9999999999, "", "x", f"{kid} ", f"+{kid}", "1e0"):
            text = f"1|{other}|{rest}"
            connection.execute("select set_config('orgscope.context', %s, true)", (text,))
            assert closed(connection) == "WS301"


def test_authz__b8_pg_read_all_data__sees_no_seal_key(database: Database) -> None:
    database.admin.execute("create role orgscope_test_reader login password 'x'")
    try:
        database.admin.execute("grant pg_read_all_data to orgscope_test_reader")
        database.admin.execute("set role orgscope_test_reader")
        assert database.rows("select * from authz.seal_keys") == []
        assert database.rows("select * from authz.tombstone_key") == []
        database.admin.execute("set row_security = off")
        assert refusal(database.admin, "select * from authz.seal_keys") == "42501"
    finally:
        database.admin.execute("reset role")
        database.admin.execute("drop role orgscope_test_reader")


def test_authz__b8_backup_and_owner__cannot_read_seal_keys(database: Database) -> None:
    with database.connect("backup") as connection:
        assert refusal(connection, "select * from authz.seal_keys") == "42501"
    with database.connect("migrator") as connection:
        connection.execute("set role orgscope_owner")
        assert refusal(connection, "select * from authz.seal_keys") == "42501"
        connection.execute("set row_security = on")
        assert connection.execute("select * from authz.seal_keys").fetchall() == []
    policies = database.rows(
        """
        select p.polname::text, p.polroles::regrole[]::text from pg_policy as p
        where p.polrelid = 'authz.seal_keys'::regclass
        """
    )
    assert policies == [("all_sealer", "{orgscope_sealer}")]
