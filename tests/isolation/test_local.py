"""The server that is made when no database is given: gone without a trace."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg
import pytest

from orgscope.isolation.clone.local import deployed


def test_deployed__temporary_folder_closed_to_the_server__leaves_no_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(closed))
    with deployed(None) as settings:
        with psycopg.connect(settings.url("dba")) as connection:
            [(data,)] = connection.execute("show data_directory").fetchall()
        assert Path(data).is_dir()
    assert not Path(data).exists()
    assert list(closed.iterdir()) == []
