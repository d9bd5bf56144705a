"""Finds PostgreSQL binaries and runs a private server for development and tests.

    from orgscope.embedded import Server

    with Server(Path("my-project")) as server:
        psycopg.connect(server.url("postgres"))

The server lives no longer than the process that started it, whatever ends that process.
``docs/explanation/embedded.md`` says where the data lies and why it is built so. It is not for
production: production brings its own PostgreSQL.
"""

from orgscope.embedded.binaries import OLDEST_MAJOR, Binaries, find_binaries
from orgscope.embedded.commands import ServerFailed
from orgscope.embedded.server import CLUSTER_NAME, Server
from orgscope.embedded.temporary import temporary_server

__all__ = [
    "CLUSTER_NAME",
    "OLDEST_MAJOR",
    "Binaries",
    "Server",
    "ServerFailed",
    "find_binaries",
    "temporary_server",
]
