"""The alembic environment of the lending library."""

from orgscope.deploy import environment

environment.run()
