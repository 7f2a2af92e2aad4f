"""Instances and an oracle that the solver's tests share."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids
from edgemarl.solvers import workspace as ws


def draw_family(rng: np.random.Generator, size: int) -> LatencySigmoids:
    return LatencySigmoids(
        rng.uniform(0.2, 2.0, size), rng.normal(3.0, 3.0, size), rng.uniform(0.1, 4.0, size)
    )


def search_grid(
    family: LatencySigmoids, budget: float, floor: np.ndarray | None = None, steps: int = 300
) -> float:
    """The best value on a grid of allocations that use the whole budget, user after user."""
    floor = np.zeros(len(family)) if floor is None else np.maximum(floor, 0.0)
    share = np.linspace(0.0, budget, steps + 1)
    worth = np.maximum(
        [family.value(np.full(len(family), p)) for p in share], floor
    )  # (steps + 1, n)
    best = worth[:, 0]  # of the users so far, by what they share
    for user in range(1, len(family)):
        best = np.array([np.max(best[: j + 1] + worth[j::-1, user]) for j in range(steps + 1)])
    return float(best[-1])


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def random_family() -> Callable[[np.random.Generator, int], LatencySigmoids]:
    return draw_family


@pytest.fixture
def grid_optimum() -> Callable[..., float]:
    return search_grid


@pytest.fixture
def root(rng, random_family):
    """A loaded root of 30 users, in order, and its budget."""
    family, budget, floor = random_family(rng, 30), 6.0, rng.uniform(0.0, 0.3, 30)
    users, index = ws.workspace(30)
    count, _, least = ws.load(
        users, index, family.peak, family.offset, family.scale, floor, np.arange(30), budget
    )
    return family, floor, users, index, count, math.log(least), budget
