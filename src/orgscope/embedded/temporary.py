"""A server for the length of a block: for tests, proofs and measurements."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from orgscope.embedded.account import server_account
from orgscope.embedded.binaries import Binaries
from orgscope.embedded.endpoint import temporary_bases
from orgscope.embedded.server import Server
from orgscope.errors import ConfigurationError

__all__ = ["temporary_server"]


@contextmanager
def temporary_server(
    *,
    binaries: Binaries | None = None,
    fast: bool = True,
    options: Mapping[str, str] | None = None,
    base: Path | None = None,
) -> Iterator[Server]:
    """Run a server in a new temporary folder; its data is gone at the end of the block.

    It is gone as well when this process is killed, by any signal. ``base`` is where the folder is
    made, by default where temporary files are. The other parameters are those of ``Server``;
    ``fast`` is the default here.

        with temporary_server() as server:
            connection = psycopg.connect(server.url())

    Raises what ``Server.start`` raises, and ConfigurationError when there is no temporary folder
    that the server's user can enter.
    """
    folder = _new_folder(base)
    try:
        with Server(
            folder, binaries=binaries, fast=fast, options=options, temporary=True
        ) as server:
            yield server
    finally:
        shutil.rmtree(folder)


def _new_folder(base: Path | None) -> Path:
    account = server_account()
    for place in temporary_bases(account) if base is None else (base,):
        folder = Path(tempfile.mkdtemp(prefix="orgscope-temporary-", dir=place))
        if account is not None:
            folder.chmod(0o711)  # the server's user passes through; the folder is ours and new
        return folder
    raise ConfigurationError(
        f"User '{account.name if account else ''}', which must run the server because PostgreSQL "
        f"refuses root, can enter neither {tempfile.gettempdir()} nor /tmp. Set TMPDIR to a folder "
        "that user can enter."
    )
