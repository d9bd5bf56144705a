from tests.database import Database


def test_begin__member__context_of_the_organization(database: Database) -> None:
    database.put_key()
    membership = database.add_member()
    with database.context() as connection:
        row = connection.execute("select authz.org_id(), authz.user_id(), current_user").fetchone()
    assert row == (membership["organization_id"], membership["user_id"], "orgscope_user")
