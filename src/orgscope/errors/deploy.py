"""Errors of roles, migrations and versions (WS4)."""

from __future__ import annotations

from orgscope.errors.base import SqlError

__all__ = [
    "DatabaseNotReady",
    "DeployError",
    "FileFailed",
    "SettingsMismatch",
    "VersionMismatch",
]


class DeployError(SqlError):
    """Group WS4: roles, migrations and versions."""


class FileFailed(DeployError, code="WS401"):
    """A migration or a repeatable file failed; the message names file and line."""


class VersionMismatch(DeployError, code="WS402"):
    """The database is older than this code needs, or newer with a breaking revision."""


class SettingsMismatch(DeployError, code="WS403"):
    """The settings of this process differ from ``authz.settings``."""


class DatabaseNotReady(DeployError, code="WS404"):
    """The database lacks what the operation needs, for example the roles."""
