"""What every allocation of one budget must hold, whichever backend found it."""

import math

import numpy as np
import pytest

from edgemarl.solvers.single_budget import Backend

BACKENDS: list[Backend] = ["compiled", "reference"]


def check_certificate(family, budget, floor, result):
    """Feasible, honest about its objective, and bounded."""
    least = np.zeros(len(family)) if floor is None else np.maximum(floor, 0.0)
    assert result.allocation.shape == (len(family),)
    assert (result.allocation >= 0.0).all()
    assert math.fsum(result.allocation) <= budget
    value = np.maximum(family.value(result.allocation), least).sum()
    assert result.objective == pytest.approx(value, rel=1e-12, abs=1e-300)
    assert result.upper_bound >= result.objective
    assert result.gap == (result.upper_bound - result.objective) / max(1.0, result.objective)
