"""Particle swarms and differential evolution over assignments, by the library pymoo.

The paper normalises by a particle swarm of 50 particles and 500 iterations. A particle has one
number for each device, whose whole part is the device's place; powers and shares are at their
best for every particle, so that the swarm searches assignments alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.extras import require_extra
from edgemarl.core.validation import check_choice, check_count
from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State
from edgemarl.mec.votes import LOCAL

Array = NDArray[np.float64]
METHODS = ("pso", "de")


@dataclass(frozen=True, kw_only=True)
class Heuristic:
    """A rule that searches every slot anew, from a population drawn at random.

    Raises:
        ValueError: for an unknown method or too small a population.
    """

    method: str = "pso"  # particle swarm, or "de": differential evolution; pymoo's settings
    population: int = 50  # particles, section V.A
    iterations: int = 500  # evaluations of the whole population, section V.A

    def __post_init__(self) -> None:
        """Check the numbers."""
        check_choice("method", self.method, METHODS)
        check_count("population", self.population, minimum=4)
        check_count("iterations", self.iterations)

    def __call__(
        self, scenario: Scenario, state: State, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """The best assignment (N,) found."""
        return self.search(SlotCosts.of(scenario, state), rng)

    def search(self, costs: SlotCosts, rng: np.random.Generator) -> NDArray[np.int64]:
        """The best assignment (N,) found for a slot's costs.

        Raises:
            MissingExtraError: where pymoo is not installed.
        """
        require_extra("search", f"the rule {self.method}")
        from pymoo.optimize import minimize

        devices, servers = costs.offload.shape
        algorithm = _algorithm(self.method, self.population)
        problem = _problem(
            lambda particles: costs.objective(decode(particles, servers)), devices, servers
        )
        seed = int(rng.integers(2**31))
        termination = ("n_gen", self.iterations)
        found = minimize(problem, algorithm, termination, copy_algorithm=False, seed=seed)
        return decode(found.X, servers)


def decode(particles: Array, servers: int) -> NDArray[np.int64]:
    """Assignments of particles, of the same shape: [0, 1) is the device itself, [1, 2) server 0.

    >>> decode(np.array([0.7, 1.0, 2.9, 3.0]), 2)
    array([-1,  0,  1,  1])
    """
    return np.clip(particles.astype(np.int64) + LOCAL, LOCAL, servers - 1)


def _algorithm(method: str, population: int) -> Any:
    if method == "pso":
        from pymoo.algorithms.soo.nonconvex.pso import PSO

        # Constant weights, and no repeated local search around the best particle: an order of
        # magnitude faster here than pymoo's adaptive swarm, and its assignments are better.
        return PSO(pop_size=population, adaptive=False, pertube_best=False)
    from pymoo.algorithms.soo.nonconvex.de import DE

    return DE(pop_size=population)


def _problem(objective: Callable[[Array], Array], devices: int, servers: int) -> Any:
    """A problem of pymoo that evaluates the whole population at once."""
    from pymoo.core.problem import Problem

    class Assignments(Problem):
        def __init__(self) -> None:
            super().__init__(n_var=devices, n_obj=1, xl=0.0, xu=float(servers + 1))

        def _evaluate(self, x: Array, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
            out["F"] = objective(x)[:, None]

    return Assignments()
