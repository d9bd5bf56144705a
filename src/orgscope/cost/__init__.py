"""What row security costs the plans of queries, and what to change.

from orgscope.cost import explain_cost

for cost in explain_cost(settings, ["select …"], org_id="org_01…", reason="ticket 4711"):
    print(cost.ratio, *cost.losses)
"""

from orgscope.cost.explain_cost import QueryCost, explain_cost
from orgscope.cost.losses import Loss
from orgscope.cost.statistics import most_used

__all__ = ["Loss", "QueryCost", "explain_cost", "most_used"]
