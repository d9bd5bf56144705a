"""What this process is configured with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from orgscope.doctor.findings import Finding, What, ok, warn
from orgscope.settings import Settings

__all__ = ["check_process"]

_SECRET: Final = re.compile(r"whsec_[!-~]{10,}")
_MOST_SECRETS: Final = 2
"""One, and the one before it while it is replaced."""


def check_process(settings: Settings) -> Iterator[Finding]:
    """Look at the environment of this process."""
    yield _webhook_secret(settings)
    if settings.api_url is None:
        return
    if settings.keys_url is not None:
        yield warn(
            What.LOGIN_OF_KEYS,
            "ORGSCOPE_KEYS_URL is set beside ORGSCOPE_API_URL: a web process that may push keys "
            "can be anyone.",
            "Set it only where the worker and orgscope keys run.",
        )
    for what, url, variable in (
        (What.LOGIN_OF_DBA, settings.dba_url, "ORGSCOPE_DBA_URL"),
        (What.LOGIN_OF_MIGRATOR, settings.migrator_url, "ORGSCOPE_MIGRATOR_URL"),
    ):
        if url is not None:
            yield warn(
                what,
                f"{variable} is set beside ORGSCOPE_API_URL: whoever reads the environment of a "
                "web process could change every policy.",
                "Set it only where deployments run.",
            )


def _webhook_secret(settings: Settings) -> Finding:
    what = What.WEBHOOK_SECRET
    secrets = [secret.get_secret_value() for secret in settings.workos_webhook_secret]
    if not secrets:
        return warn(
            what,
            "WORKOS_WEBHOOK_SECRET is not set, so webhooks are answered with 503.",
            "Set it to the secret of the endpoint in the WorkOS dashboard.",
        )
    faults = []
    if odd := [at for at, secret in enumerate(secrets, 1) if not _SECRET.fullmatch(secret)]:
        faults.append(
            f"number {', '.join(map(str, odd))} has not the form of WorkOS's secrets, whsec_ and "
            "no space or quote"
        )
    if len(set(secrets)) < len(secrets):
        faults.append("one stands there twice")
    if len(secrets) > _MOST_SECRETS:
        faults.append(
            f"{len(secrets)} are configured, and whoever has any of them can write the mirror"
        )
    if faults:
        return warn(
            what,
            f"Of WORKOS_WEBHOOK_SECRET {'; '.join(faults)}.",
            "Copy the secret of the endpoint from the WorkOS dashboard. Keep the one before it "
            "only while it is replaced: orgscope_webhook_older_secret_total counts its use.",
        )
    return ok(what, f"{len(secrets)} configured.")
