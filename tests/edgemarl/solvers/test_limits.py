import math
import time

import numpy as np
import pytest

from edgemarl.solvers.limits import Limits


def test_no_time_limit_is_never_over():
    limits = Limits.of(1e-6, 100)
    assert limits == Limits(tolerance=1e-6, max_nodes=100, deadline=math.inf)
    assert not limits.out_of_time


def test_time_limits_count_from_now():
    before = time.perf_counter()
    assert before + 5 <= Limits.of(1e-6, 100, 5).deadline <= time.perf_counter() + 5
    limits = Limits.of(1e-6, 100, 1e-9)
    time.sleep(0.001)
    assert limits.out_of_time


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 1), r"tolerance must be between 0 and 1, got 0\.0"),
        ((np.nan, 1), "tolerance must be between 0 and 1, got nan"),
        ((0.1, 0), "max_nodes must be at least 1 .* got 0"),
        ((0.1, 1, 0.0), r"time_limit must be positive, or None for no limit, got 0\.0"),
        ((0.1, 1, np.nan), "time_limit must be positive, or None for no limit, got nan"),
    ],
)
def test_limits_without_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Limits.of(*arguments)


def test_nodes_are_whole():
    with pytest.raises(TypeError, match="float"):
        Limits.of(0.1, 10.5)  # type: ignore[arg-type]
