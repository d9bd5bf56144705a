"""Why a request sees a row, or does not: each clause of the policies with its claims filled in.

    from orgscope.explain import Asked, explain

    asked = Asked("app.events", "user_01…", "org_01…", row={"id": "5"})
    print(explain(settings, asked, reason="ticket 4711").reaches)

No context of the person is opened, and nothing is replayed: an administrator, who gives a reason,
evaluates the expressions of the policies with literals in the place of the claim readers.
"""

from orgscope.explain.asked import Asked
from orgscope.explain.clause import Clause
from orgscope.explain.explain import explain
from orgscope.explain.explanation import Explanation, PolicyTruth

__all__ = ["Asked", "Clause", "Explanation", "PolicyTruth", "explain"]
