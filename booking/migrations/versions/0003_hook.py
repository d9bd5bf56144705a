"""Drop the hook's trigger function under its old name, with the triggers that used it."""

from orgscope.deploy import revision as revisions

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    revisions.run(__file__, revision)


def downgrade() -> None:
    revisions.refuse_downgrade(revision)
