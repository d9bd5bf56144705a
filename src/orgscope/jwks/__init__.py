"""The signing keys of a WorkOS client: read, and cached so that no request waits for known ones."""

from orgscope.jwks.cache import Jwks
from orgscope.jwks.keys import signing_keys

__all__ = ["Jwks", "signing_keys"]
