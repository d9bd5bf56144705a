"""What a project's own tests import: a migrated database, people in it, and proofs about them.

With pytest the fixtures are there by themselves (``orgscope.pytest_plugin``):

    def test_events__other_practice__sees_nothing(orgscope_database):
        orgscope_database.add_member("user_01ADA", "org_01ACME")
        orgscope_database.add_member("user_01BOB", "org_01OTHER")
        with orgscope_database.act_as("user_01ADA", "org_01ACME", commit=True) as ada:
            ada.execute("insert into app.events (title) values ('First visit')")
        with orgscope_database.act_as("user_01BOB", "org_01OTHER") as bob:
            bob.assert_invisible("app.events", title="First visit")
            bob.assert_denied("insert into app.events (org_id, title) values ('org_01ACME', 'x')")

Without pytest the same is ``running_server``, ``Template`` and ``Database``. Nothing here is for
production. ``docs/howto/test-your-policies.md`` shows the way.
"""

from orgscope.testing.acting import Acting, ProvesNothing
from orgscope.testing.database import Database
from orgscope.testing.local_workos import API_KEY, app_settings, local_workos
from orgscope.testing.objects import event, member, organization, session, unique, user
from orgscope.testing.template import Template, running_server
from orgscope.testing.tokens import (
    ABSENT,
    CLIENT_ID,
    ISSUER,
    ORG_ID,
    SESSION_ID,
    USER_ID,
    At,
    RsaKey,
    StaticKeys,
    claims,
    jwks,
    rsa_key,
    token,
)
from orgscope.testing.webhooks import WEBHOOK_PATH, WEBHOOK_SECRET, Webhook, deliver, webhook

__all__ = [
    "ABSENT",
    "API_KEY",
    "CLIENT_ID",
    "ISSUER",
    "ORG_ID",
    "SESSION_ID",
    "USER_ID",
    "WEBHOOK_PATH",
    "WEBHOOK_SECRET",
    "Acting",
    "At",
    "Database",
    "ProvesNothing",
    "RsaKey",
    "StaticKeys",
    "Template",
    "Webhook",
    "app_settings",
    "claims",
    "deliver",
    "event",
    "jwks",
    "local_workos",
    "member",
    "organization",
    "rsa_key",
    "running_server",
    "session",
    "token",
    "unique",
    "user",
    "webhook",
]
