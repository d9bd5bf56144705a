"""The alembic environment of booking."""

from orgscope.deploy import environment

environment.run()
