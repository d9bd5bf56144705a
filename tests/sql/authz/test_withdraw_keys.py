"""What becomes of a key that WorkOS stops serving, and of one that it serves again."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.database import Database
from tests.sql.authz.tenants import Tenants, begin_refusal, refusal
from tests.tokens import RsaKey, rsa_key

PUT = "select kid, outcome from authz.put_keys(%s::jsonb)"
WITHDRAW = "select kid, outcome from authz.withdraw_keys(%s)"
OTHER = rsa_key("other")


def document(*keys: RsaKey) -> str:
    return json.dumps({"keys": [key.jwk for key in keys]})


def serve(database: Database, *keys: RsaKey) -> dict[str, str]:
    """Bring the database to a document, as `orgscope keys sync` does; return every outcome."""
    with database.connect("keys") as connection, connection.transaction():
        outcomes = connection.execute(PUT, (document(*keys),)).fetchall()
        outcomes += connection.execute(WITHDRAW, ([key.kid for key in keys],)).fetchall()
    return dict(outcomes)


def pass_time(database: Database, interval: str) -> None:
    database.admin.execute(
        "update authz.jwks set missing_since = missing_since - %s::interval", (interval,)
    )


def withdraw(database: Database, gone: RsaKey, served: RsaKey) -> None:
    """Let two documents an hour apart lack a key."""
    assert serve(database, served)[gone.kid] == "missing"
    pass_time(database, "1 hour")
    assert serve(database, served)[gone.kid] == "withdrawn"


def test_withdraw_keys__one_document_lacks_a_key__its_tokens_are_accepted(
    tenants: Tenants,
) -> None:
    database, kid = tenants.database, rsa_key().kid
    assert serve(database, OTHER) == {OTHER.kid: "added", kid: "missing"}
    assert begin_refusal(database, tenants.ada) is None
    pass_time(database, "59 minutes")
    assert serve(database, OTHER) == {OTHER.kid: "known", kid: "missing"}
    assert begin_refusal(database, tenants.ada) is None


def test_withdraw_keys__documents_of_an_hour_lack_a_key__every_token_is_refused(
    tenants: Tenants,
) -> None:
    database, remembered = tenants.database, tenants.ada
    assert begin_refusal(database, remembered) is None
    withdraw(database, rsa_key(), OTHER)
    assert begin_refusal(database, remembered) == "WS306"
    assert begin_refusal(database, tenants.ada) == "WS306"
    assert serve(database, OTHER) == {OTHER.kid: "known"}


def test_withdraw_keys__served_in_between__the_hour_begins_anew(tenants: Tenants) -> None:
    database, kid = tenants.database, rsa_key().kid
    serve(database, OTHER)
    pass_time(database, "2 hours")
    assert serve(database, OTHER, rsa_key()) == {OTHER.kid: "known", kid: "known"}
    assert serve(database, OTHER)[kid] == "missing"
    assert begin_refusal(database, tenants.ada) is None


def test_put_keys__withdrawn_key_is_served_again__lives_again(tenants: Tenants) -> None:
    database, kid = tenants.database, rsa_key().kid
    withdraw(database, rsa_key(), OTHER)
    assert serve(database, rsa_key(), OTHER) == {kid: "restored", OTHER.kid: "known"}
    assert begin_refusal(database, tenants.ada) is None
    assert serve(database, OTHER)[kid] == "missing", "nothing is left of its first absence"


def test_put_keys__withdrawn_kid_with_another_modulus__refused(tenants: Tenants) -> None:
    database = tenants.database
    withdraw(database, rsa_key(), OTHER)
    impostor = RsaKey(rsa_key().kid, rsa_key("impostor").private)
    with database.connect("keys") as connection:
        assert refusal(connection, PUT, (document(impostor),)) == "WS322"
    assert begin_refusal(database, tenants.ada) == "WS306"


@pytest.mark.parametrize("first", ["lives", "missing", "withdrawn"])
def test_retire_key__whatever_became_of_it_before__served_again_stays_retired(
    tenants: Tenants, first: str
) -> None:
    database, kid = tenants.database, rsa_key().kid
    if first == "missing":
        serve(database, OTHER)
    elif first == "withdrawn":
        withdraw(database, rsa_key(), OTHER)
    with database.connect("keys") as connection:
        for expected in (True, False):
            row = connection.execute("select authz.retire_key(%s)", (kid,)).fetchone()
            assert row == (expected,)
    assert serve(database, rsa_key(), OTHER)[kid] == "retired"
    pass_time(database, "2 hours")
    assert serve(database, rsa_key(), OTHER)[kid] == "retired"
    assert begin_refusal(database, tenants.ada) == "WS306"


@pytest.mark.parametrize("served", ["unheard_of", OTHER.kid], ids=["unknown", "retired"])
def test_withdraw_keys__no_served_key_lives__none_is_withdrawn(
    tenants: Tenants, served: str
) -> None:
    database = tenants.database
    database.put_key(OTHER)
    with database.connect("keys") as connection:
        connection.execute("select authz.retire_key(%s)", (OTHER.kid,))
        for _ in range(2):
            rows = connection.execute(WITHDRAW, ([served],)).fetchall()
            assert rows == [(rsa_key().kid, "missing")]
            pass_time(database, "1 day")
    assert begin_refusal(database, tenants.ada) is None


@pytest.mark.parametrize("served", [[], None])
def test_withdraw_keys__no_kid__refused(tenants: Tenants, served: list[str] | None) -> None:
    with tenants.database.connect("keys") as connection:
        with pytest.raises(psycopg.Error, match="expected the kids") as caught:
            connection.execute("select * from authz.withdraw_keys(%s::text[])", (served,))
    assert caught.value.sqlstate == "WS322"
    assert tenants.database.rows("select missing_since from authz.jwks") == [(None,)]


def test_authz__b7_pinned_keys__withdrawn_before_refused_withdrawn_after_restored(
    tenants: Tenants,
) -> None:
    database = tenants.database
    early, late = rsa_key(), rsa_key("late")
    serve(database, early, late, OTHER)
    serve(database, late, OTHER)
    pass_time(database, "1 hour")
    assert serve(database, late, OTHER)[early.kid] == "withdrawn"
    with database.connect("keys") as connection:
        connection.execute("select authz.pin_keys(true)")
        withdraw(database, late, OTHER)
        assert refusal(connection, PUT, (document(early),)) == "WS322"
        assert serve(database, late, OTHER)[late.kid] == "restored"
        connection.execute("select authz.pin_keys(false)")
    assert serve(database, early, late, OTHER)[early.kid] == "restored"


def test_put_keys__32_keys_live__withdrawn_one_is_not_restored(tenants: Tenants) -> None:
    database = tenants.database
    withdraw(database, rsa_key(), OTHER)
    more = [{**OTHER.jwk, "kid": f"key_{number:02}"} for number in range(31)]
    with database.connect("keys") as connection:
        connection.execute(PUT, (json.dumps({"keys": more}),))
        assert refusal(connection, PUT, (document(rsa_key()),)) == "WS322"


def test_put_keys__another_document_is_on_its_way__waits_and_no_request_does(
    tenants: Tenants,
) -> None:
    database = tenants.database
    with database.connect("keys") as first, database.connect("keys") as second:
        first.execute("begin")
        first.execute(PUT, (document(OTHER),))
        second.execute("set lock_timeout = '50ms'")
        assert refusal(second, PUT, (document(rsa_key("third")),)) == "55P03"
        assert refusal(second, WITHDRAW, ([OTHER.kid],)) == "55P03"
        assert begin_refusal(database, tenants.ada) is None
        first.execute("commit")


def test_withdraw_keys__every_change__is_audited(tenants: Tenants) -> None:
    withdraw(tenants.database, rsa_key(), OTHER)
    serve(tenants.database, rsa_key(), OTHER)
    rows = tenants.database.rows("select kind, login, reason from audit.contexts order by id")
    assert rows[-2:] == [
        ("keys", "orgscope_keys", f"withdrew signing key {rsa_key().kid}"),
        ("keys", "orgscope_keys", f"restored signing key {rsa_key().kid}"),
    ]


def test_list_keys__missing_and_withdrawn__are_told_apart(tenants: Tenants) -> None:
    database = tenants.database
    state = "select kid, retired_at is not null, missing_since is not null, withdrawn"
    with database.connect("monitor") as connection:
        listed = connection.execute(f"{state} from authz.list_keys()").fetchall()
        assert listed == [(rsa_key().kid, False, False, False)]
        serve(database, OTHER)
        listed = connection.execute(f"{state} from authz.list_keys()").fetchall()
        assert (rsa_key().kid, False, True, False) in listed
        pass_time(database, "1 hour")
        serve(database, OTHER)
        listed = connection.execute(f"{state} from authz.list_keys()").fetchall()
        assert (rsa_key().kid, True, True, True) in listed
