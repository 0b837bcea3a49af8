"""What a claim asks of this version of the package: recipes, their flags, data and metrics."""

import inspect
import re

from saddlepoint.claims.claim import Claim
from saddlepoint.claims.protocol import Label
from saddlepoint.core.experiment import recipes
from saddlepoint.core.optimization import RATES, SETTINGS
from saddlepoint.data.request import sources
from saddlepoint.evaluate.metric import metrics
from saddlepoint.training.training import train


def lacks(claim: Claim, label: Label = "full") -> dict[str, str]:
    """Return why arms cannot run in this version, by arm."""
    reasons: dict[str, str] = {}
    for name, arm in claim.arms_of(label).items():
        lacking = []
        if arm.recipe not in recipes:
            lacking.append(f"there is no recipe {arm.recipe!r} yet")
        else:
            known = {*recipes.get(arm.recipe).flags, *inspect.signature(train).parameters, *SETTINGS, *RATES}
            lacking += [f"{arm.recipe} has no flag {flag!r} yet" for flag in arm.flags if flag not in known]
        if re.split("[@:]", arm.data)[0] not in sources:
            lacking.append(f"there is no data set {arm.data!r} yet")
        lacking += [f"there is no metric {metric!r} yet" for metric in claim.metrics if metric not in metrics]
        if lacking:
            reasons[name] = "; ".join(lacking)
    return reasons
