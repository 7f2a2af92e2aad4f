import numpy as np
import pytest

from edgemarl.solvers import Status, maximize
from edgemarl.solvers.general import SigmoidalProgram, maximize_program


def test_agrees_with_the_compiled_path_on_one_budget(rng, random_family):
    for size in (1, 4, 8):
        family = random_family(rng, size)
        result = maximize_program(SigmoidalProgram.single_budget(family, 3.0))
        exact = maximize(family, 3.0)
        assert result.status == Status.OPTIMAL
        assert result.objective == pytest.approx(exact.objective, rel=2e-6)
        assert result.upper_bound >= exact.objective
        assert result.x.sum() <= 3.0
        assert result.objective == np.sum(family.value(result.x))
