"""Settings of a process, read from the environment and from ``.env``.

``.env.example`` lists every name with its meaning; ``docs/reference/settings.md`` is the reference.
A URL that is not set disables what needs that login, and says so when it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from orgscope.errors import ConfigurationError

__all__ = ["LOGINS", "URLS", "Settings", "is_secure"]

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})

LOGINS: Final = (
    "migrator",
    "api",
    "sync",
    "keys",
    "job",
    "admin",
    "auditor",
    "monitor",
    "backup",
)
"""The login roles of ``sql/roles.sql``; each has its ``ORGSCOPE_<LOGIN>_URL``."""

_OTHER_URLS: Final = {
    "dba": "a DBA's login",
    "api_readonly": "a standby",
    "legacy": "a login of the older database",
}
"""What stands behind each URL that is of no login role of its own."""

URLS: Final = (*LOGINS, *_OTHER_URLS)
"""Whose connection URLs there are; ``Settings.url`` returns each."""

WORKOS_URL: Final = "https://api.workos.com"

CommaList = Annotated[tuple[str, ...], NoDecode]
SecretCommaList = Annotated[tuple[SecretStr, ...], NoDecode]


def _split(value: Any) -> Any:
    """Turn ``"a, b"`` into ``("a", "b")``; leave anything else to pydantic."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_secure(url: str) -> bool:
    """Tell whether a URL is https, or http to a loopback address."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


class Settings(BaseSettings):
    """All settings, immutable. Names in the environment are the aliases below.

    Raises ``pydantic.ValidationError`` at construction, listing every fault at once.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,  # the input is the whole environment, with every secret
    )

    workos_api_key: SecretStr | None = Field(None, alias="WORKOS_API_KEY")
    workos_client_id: str | None = Field(None, alias="WORKOS_CLIENT_ID")
    workos_base_url: str = Field(WORKOS_URL, alias="WORKOS_BASE_URL")
    workos_issuer: CommaList = Field((), alias="WORKOS_ISSUER")
    workos_audience: CommaList = Field((), alias="WORKOS_AUDIENCE")
    workos_webhook_secret: SecretCommaList = Field((), alias="WORKOS_WEBHOOK_SECRET")

    dba_url: SecretStr | None = Field(None, alias="ORGSCOPE_DBA_URL")
    migrator_url: SecretStr | None = Field(None, alias="ORGSCOPE_MIGRATOR_URL")
    api_url: SecretStr | None = Field(None, alias="ORGSCOPE_API_URL")
    api_readonly_url: SecretStr | None = Field(None, alias="ORGSCOPE_API_READONLY_URL")
    sync_url: SecretStr | None = Field(None, alias="ORGSCOPE_SYNC_URL")
    keys_url: SecretStr | None = Field(None, alias="ORGSCOPE_KEYS_URL")
    job_url: SecretStr | None = Field(None, alias="ORGSCOPE_JOB_URL")
    admin_url: SecretStr | None = Field(None, alias="ORGSCOPE_ADMIN_URL")
    auditor_url: SecretStr | None = Field(None, alias="ORGSCOPE_AUDITOR_URL")
    monitor_url: SecretStr | None = Field(None, alias="ORGSCOPE_MONITOR_URL")
    backup_url: SecretStr | None = Field(None, alias="ORGSCOPE_BACKUP_URL")
    legacy_url: SecretStr | None = Field(None, alias="ORGSCOPE_LEGACY_URL")

    project: Path | None = Field(None, alias="ORGSCOPE_PROJECT")
    role_prefix: str = Field(
        "orgscope", alias="ORGSCOPE_ROLE_PREFIX", pattern="^[a-z][a-z0-9_]{0,40}$"
    )
    pooler: str = Field("transaction", alias="ORGSCOPE_POOLER", pattern="^(transaction|none)$")
    pool_size: int = Field(10, alias="ORGSCOPE_POOL_SIZE", ge=1, le=500)
    pool_timeout_s: float = Field(5.0, alias="ORGSCOPE_POOL_TIMEOUT", gt=0, le=60)

    token_leeway_s: int = Field(10, alias="ORGSCOPE_TOKEN_LEEWAY", ge=0, le=60)
    token_max_age_s: int = Field(86_400, alias="ORGSCOPE_TOKEN_MAX_AGE", ge=60, le=604_800)
    standby_max_lag_s: int = Field(30, alias="ORGSCOPE_STANDBY_MAX_LAG", ge=1, le=3600)
    role_source: str = Field("both", alias="ORGSCOPE_ROLE_SOURCE", pattern="^(both|token|mirror)$")
    webhook_tolerance_s: int = Field(180, alias="ORGSCOPE_WEBHOOK_TOLERANCE", ge=1, le=259_200)

    reconcile_every_s: int = Field(86_400, alias="ORGSCOPE_RECONCILE_EVERY", ge=60, le=2_592_000)
    changes_days: int = Field(30, alias="ORGSCOPE_CHANGES_DAYS", ge=1, le=3650)
    inbox_days: int = Field(0, alias="ORGSCOPE_INBOX_DAYS", ge=0, le=3650)

    metrics_host: str = Field("127.0.0.1", alias="ORGSCOPE_METRICS_HOST")
    metrics_port: int = Field(0, alias="ORGSCOPE_METRICS_PORT", ge=0, le=65_535)

    _split_lists = field_validator(
        "workos_issuer", "workos_audience", "workos_webhook_secret", mode="before"
    )(_split)

    @field_validator("workos_base_url")
    @classmethod
    def _base_url_is_safe(cls, value: str) -> str:
        if not is_secure(value):
            raise ValueError("must be https (http only for a loopback address)")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _webhook_secrets_are_plausible(self) -> Settings:
        if any(len(secret.get_secret_value()) < 16 for secret in self.workos_webhook_secret):
            raise ValueError("WORKOS_WEBHOOK_SECRET: each secret needs at least 16 characters")
        return self

    @property
    def jwks_url(self) -> str:
        """Where WorkOS serves the signing keys; ConfigurationError without the client id."""
        return f"{self.workos_base_url}/sso/jwks/{self.required('workos_client_id')}"

    @property
    def accepted_issuers(self) -> tuple[str, ...]:
        """The exact values of ``iss`` that are accepted.

        ``WORKOS_ISSUER`` replaces the default set; without it the set is every shape that WorkOS
        mints for this client id (``reference: docs/reference/settings.md``).
        """
        if self.workos_issuer:
            return self.workos_issuer
        origins = dict.fromkeys((WORKOS_URL, _origin(self.workos_base_url)))
        issuers: list[str] = []
        for origin in origins:
            issuers += [origin, f"{origin}/"]
            if self.workos_client_id:
                issuers.append(f"{origin}/user_management/{self.workos_client_id}")
        return tuple(issuers)

    def url(self, login: str) -> str:
        """Return the connection URL of a login: one of ``LOGINS``, dba, api_readonly or legacy.

        Raises ConfigurationError when it is not set, and the message names the variable; also for
        any other name.
        """
        if login not in URLS:
            raise ConfigurationError(
                f"there is no URL of a login {login!r}: expected one of {', '.join(URLS)}."
            )
        secret: SecretStr | None = getattr(self, f"{login}_url")
        if secret is None:
            behind = _OTHER_URLS.get(login, f"the login '{self.role_prefix}_{login}'")
            raise ConfigurationError(
                f"ORGSCOPE_{login.upper()}_URL is not set, so nothing that needs {behind} can run. "
                "Set it (see docs/reference/settings.md)."
            )
        return secret.get_secret_value()

    def required(self, field: str) -> str:
        """Return a WorkOS setting as text.

        Raises ConfigurationError when it is not set; the message names the variable.
        """
        value: SecretStr | str | None = getattr(self, field)
        if value is None:
            raise ConfigurationError(
                f"{field.upper()} is not set. Set it (see docs/reference/settings.md)."
            )
        return value.get_secret_value() if isinstance(value, SecretStr) else value
