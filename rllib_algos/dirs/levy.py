"""The operators of the Levy flight search, Eqs. (18) and (20) to (23). Plain numpy.

P particles are assignments (P, N) of N devices; all operators act on every device of every
particle at once.
"""

import math

import numpy as np

from rllib_algos.dirs.protocols import LOCAL


def levy_steps(shape: tuple[int, ...], exponent: float, rng: np.random.Generator) -> np.ndarray:
    """Returns signed Levy steps by Mantegna's algorithm, d = u / |v|^(1 / beta).

    u and v are normal with the standard deviations sigma(beta) and 1. The paper's appendix, which
    would say how it draws them, is not in print.

    Args:
        shape: of the result.
        exponent: beta, in (0, 2); the smaller, the more often steps are long.
        rng: draws the steps.
    """
    u = rng.normal(0.0, mantegna_deviation(exponent), shape)
    v = rng.standard_normal(shape)
    return u / np.abs(v) ** (1 / exponent)


def mantegna_deviation(exponent: float) -> float:
    """Returns sigma(beta) of Mantegna's algorithm.

    >>> round(mantegna_deviation(1.5), 4)
    0.6966
    """
    beta = exponent
    top = math.gamma(1 + beta) * math.sin(math.pi * beta / 2)
    bottom = math.gamma((1 + beta) / 2) * beta * 2 ** ((beta - 1) / 2)
    return (top / bottom) ** (1 / beta)


def step_weight(iteration: int, iterations: int) -> float:
    """Returns gamma = 2 - 2 G / Gmax, Eq. (21).

    >>> step_weight(1, 10), step_weight(10, 10)
    (1.8, 0.0)
    """
    return 2 - 2 * iteration / iterations


def choice_preference(assignments: np.ndarray, preference: np.ndarray) -> np.ndarray:
    """Returns (P, N): how much each device prefers its choice, h_(i,a_i) / sum_j h_ij.

    Local execution has no channel; its preference is 1 / M, that of an average server.

    Args:
        assignments: (P, N).
        preference: (N, M).
    """
    devices, servers = preference.shape
    local = np.full((devices, 1), 1 / servers)
    table = np.concatenate([preference, local], 1)  # LOCAL = -1 is its last column
    return table[np.arange(devices), assignments]


def h_mutation(
    assignments: np.ndarray,
    preference: np.ndarray,
    weighted_steps: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Returns mutants (P, N): a random choice where gamma d exceeds the preference, Eq. (20).

    Args:
        assignments: (P, N).
        preference: (N, M).
        weighted_steps: (P, N) gamma d.
        rng: draws the choices, local execution among them.
    """
    random = rng.integers(LOCAL, preference.shape[1], assignments.shape)
    moved = weighted_steps > choice_preference(assignments, preference)
    return np.where(moved, random, assignments)


def rounded_flight(
    assignments: np.ndarray, num_servers: int, weighted_steps: np.ndarray
) -> np.ndarray:
    """Returns mutants (P, N) of the classic search: Eq. (18) with eta = gamma, rounded.

    Local execution counts as the choice before the first server; what flies past the first or the
    last choice stays there.

    Args:
        assignments: (P, N).
        num_servers: M.
        weighted_steps: (P, N) gamma d.
    """
    flown = np.clip(assignments + weighted_steps, LOCAL, num_servers - 1)
    return np.rint(flown).astype(assignments.dtype)


def crossover(
    assignments: np.ndarray, mutants: np.ndarray, weighted_steps: np.ndarray, threshold: float
) -> np.ndarray:
    """Returns candidates (P, N): the mutant where gamma d exceeds the threshold, Eq. (22).

    Args:
        assignments: (P, N).
        mutants: (P, N).
        weighted_steps: (P, N) gamma d, the same as those of the mutation.
        threshold: th.
    """
    return np.where(weighted_steps > threshold, mutants, assignments)


def greedy_selection(
    assignments: np.ndarray, values: np.ndarray, candidates: np.ndarray, costs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns assignments and their objectives after each candidate that is better, Eq. (23).

    Args:
        assignments: (P, N).
        values: (P,) their objectives.
        candidates: (P, N).
        costs: (P,) theirs.
    """
    better = costs < values
    return np.where(better[:, None], candidates, assignments), np.where(better, costs, values)
