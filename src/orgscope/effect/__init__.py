"""What a deployment does to access, in words: who gains, who loses, which contract lines break.

from orgscope import deploy, effect

outcome = deploy.plan(settings, project)
print(effect.foresee(settings, project, outcome.changes).verdict)
"""

from orgscope.effect.effect import Difference, Effect, Verdict
from orgscope.effect.foresee import foresee

__all__ = ["Difference", "Effect", "Verdict", "foresee"]
