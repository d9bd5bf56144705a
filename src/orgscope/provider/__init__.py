"""Everything that is asked of the WorkOS API: for the mirror, a role to change, the keys to push.

The keys that this process verifies tokens with are fetched by ``orgscope.jwks``. Nothing else calls
WorkOS.

One call goes through these modules::

    client      what can be asked, and in which manner: for a request, or in the background
    transport   one HTTP exchange for each try: wait for the rates, send, keep the answer
    rates       how many calls WorkOS allows
    answer      the text of an answer, and the list in it
    failure     the error of an answer that is none, with what to do

The SDK supplies URLs, headers, errors and retries; its models are not used, because one missing key
in one object makes them refuse the whole answer. It is imported with the first call: it loads about
1100 modules.
"""

from orgscope.provider.answer import Page
from orgscope.provider.client import BACKGROUND_TIMEOUT_S, TIMEOUT_S, WorkOS

__all__ = ["BACKGROUND_TIMEOUT_S", "TIMEOUT_S", "Page", "WorkOS"]
