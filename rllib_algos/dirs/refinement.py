"""Searches that start at an assignment and return one that is at least as good: Algorithm 4."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from rllib_algos.dirs.levy import (
    crossover,
    greedy_selection,
    h_mutation,
    levy_steps,
    rounded_flight,
    step_weight,
)
from rllib_algos.dirs.protocols import LOCAL, AssignmentProblem


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How long and how far is searched.

    Attributes:
        particles: assignments that are improved side by side, P.
        iterations: rounds, Gmax; each tries one candidate per particle.
        exponent: of the Levy steps, beta.
        threshold: of the crossover, th.
        epsilon: probability with which epsilon-greedy replaces a device's choice.
    """

    particles: int = 5
    iterations: int = 10
    exponent: float = 1.5
    threshold: float = 0.4
    epsilon: float = 0.1


Propose = Callable[[AssignmentProblem, np.ndarray, float, Effort, np.random.Generator], np.ndarray]
"""From (P, N) assignments and the weight gamma to (P, N) candidates."""


def refine(
    kind: str,
    problem: AssignmentProblem,
    start: np.ndarray,
    effort: Effort,
    rng: np.random.Generator,
) -> np.ndarray:
    """Returns the best (N,) assignment that a search finds; never a worse one than the start.

    Args:
        kind: a key of `REFINEMENTS`.
        problem: scores assignments.
        start: (N,) where all particles start.
        effort: how long and how far is searched.
        rng: draws the candidates.
    """
    propose, effort = REFINEMENTS[kind], _EFFORTS.get(kind, lambda given: given)(effort)
    particles = np.tile(start, (effort.particles, 1))
    values = np.asarray(problem.objective(particles), dtype=float)
    for iteration in range(1, effort.iterations + 1):
        weight = step_weight(iteration, effort.iterations)
        candidates = propose(problem, particles, weight, effort, rng)
        costs = np.asarray(problem.objective(candidates), dtype=float)
        particles, values = greedy_selection(particles, values, candidates, costs)
    return particles[values.argmin()]


def _levy(
    problem: AssignmentProblem,
    particles: np.ndarray,
    weight: float,
    effort: Effort,
    rng: np.random.Generator,
) -> np.ndarray:
    """The paper's: h mutation and crossover with the same steps."""
    steps = weight * levy_steps(particles.shape, effort.exponent, rng)
    mutants = h_mutation(particles, problem.preference, steps, rng)
    return crossover(particles, mutants, steps, effort.threshold)


def _levy_classic(
    problem: AssignmentProblem,
    particles: np.ndarray,
    weight: float,
    effort: Effort,
    rng: np.random.Generator,
) -> np.ndarray:
    """What the paper compares with: every device flies, whatever its channels."""
    steps = weight * levy_steps(particles.shape, effort.exponent, rng)
    return rounded_flight(particles, problem.num_servers, steps)


def _local_search(
    problem: AssignmentProblem,
    particles: np.ndarray,
    weight: float,
    effort: Effort,
    rng: np.random.Generator,
) -> np.ndarray:
    """One random device of each particle gets another choice."""
    count, devices = particles.shape
    rows, moved = np.arange(count), rng.integers(0, devices, count)
    choices = problem.num_servers + 1
    shift = rng.integers(1, choices, count)
    candidates = particles.copy()
    candidates[rows, moved] = (particles[rows, moved] - LOCAL + shift) % choices + LOCAL
    return candidates


def _epsilon_greedy(
    problem: AssignmentProblem,
    particles: np.ndarray,
    weight: float,
    effort: Effort,
    rng: np.random.Generator,
) -> np.ndarray:
    """Every device gets a random choice with probability epsilon."""
    random = rng.integers(LOCAL, problem.num_servers, particles.shape)
    return np.where(rng.random(particles.shape) < effort.epsilon, random, particles)


def _in_turn(effort: Effort) -> Effort:
    return replace(effort, particles=1, iterations=effort.particles * effort.iterations)


def _once(effort: Effort) -> Effort:
    return replace(effort, particles=1, iterations=1)


REFINEMENTS: Mapping[str, Propose] = MappingProxyType(
    {
        "levy": _levy,
        "levy_classic": _levy_classic,
        "local_search": _local_search,
        "epsilon_greedy": _epsilon_greedy,
    }
)

# Local search takes as many evaluations as the others, but one after the other; epsilon-greedy is
# one random disturbance, as it is in other algorithms, kept if it is better.
_EFFORTS = {"local_search": _in_turn, "epsilon_greedy": _once}
