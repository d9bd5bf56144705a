"""From the text of a WorkOS access token to a principal.

    token text ─▶ access_token.parse   its form: rules A10 (1) to (6) and (9)
               ─▶ keys.get(kid)        its key (orgscope.jwks), only if ``iss`` is accepted
               ─▶ RS256                its signature, over the bytes as received
               ─▶ claims.read          its claims: the table of sql/authz/functions/claim_rules.sql
               ─▶ Principal            who asks; OrgPrincipal when an organization is chosen

PostgreSQL verifies every token again (``authz.verify_token``) and is never the looser of the two: a
token that the database accepts is accepted here, so what is refused here need not be asked there.
"""

from orgscope.authz.principal import OrgPrincipal, Principal
from orgscope.authz.verifier import Keys, Verifier

__all__ = ["Keys", "OrgPrincipal", "Principal", "Verifier"]
