"""What the doctor finds, by the name of the line."""

from __future__ import annotations

from email.utils import formatdate

import httpx2

from orgscope.doctor import Finding, Level, What, examine
from orgscope.settings import Settings
from tests.tokens import ISSUER, RsaKey, jwks, rsa_key


def workos_of(*keys: RsaKey, issuer: str = ISSUER) -> httpx2.MockTransport:
    """Return a WorkOS that serves keys and names an issuer, at the time of this clock."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/sso/jwks/"):
            return httpx2.Response(200, content=jwks(*keys), headers={"Date": formatdate()})
        return httpx2.Response(200, json={"issuer": issuer})

    return httpx2.MockTransport(answer)


def findings(
    settings: Settings, transport: httpx2.AsyncBaseTransport | None = None
) -> dict[str, list[Finding]]:
    """Return what is found; WorkOS is one that serves the key of ``database.put_key``."""
    found: dict[str, list[Finding]] = {}
    for finding in examine(settings, transport=transport or workos_of(rsa_key())):
        found.setdefault(finding.what, []).append(finding)
        assert isinstance(finding.what, What)
        assert finding.why
        assert bool(finding.mend) == (finding.level is not Level.OK)
    return found


def levels(
    settings: Settings, what: str, transport: httpx2.AsyncBaseTransport | None = None
) -> set[Level]:
    return {finding.level for finding in findings(settings, transport)[what]}
