"""General solvers on the problem of one server, in shares q = p / P of its capacity.

Each takes the users of one server and its capacity and returns their allocation. Nothing here uses
the solver of `edgemarl`, except for inflection points where the piecewise-linear model turns.
"""

import numpy as np
from _solver_slots import Array
from scipy.optimize import (
    Bounds,
    LinearConstraint,
    differential_evolution,
    milp,
    minimize,
)
from scipy.sparse import csr_array, eye_array, hstack, kron, lil_array

from edgemarl.solvers import LatencySigmoids

SCIP_SECONDS = 20.0
LEAST_SHARE = 1e-6  # where SCIP would divide by zero
MILP_SECONDS = 20.0
MILP_GAP = 1e-4
CONVEX_PIECES, CONCAVE_PIECES = 8, 24
SLSQP_STARTS = 10
EVOLUTION_ROUNDS, EVOLUTION_CROWD = 200, 15


def solve_scip(family: LatencySigmoids, capacity: float) -> Array:
    """SCIP with every function written as it is, within 20 s."""
    from pyscipopt import Model, exp, quicksum

    model = Model()
    model.hideOutput()
    model.setParam("limits/time", SCIP_SECONDS)
    shares, values = [], []
    for peak, offset, scale in zip(family.peak, family.offset, family.scale, strict=True):
        share = model.addVar(lb=LEAST_SHARE, ub=1.0)
        value = model.addVar(lb=0.0, ub=float(peak))
        odds = exp(float(offset) - float(scale / capacity) / share)
        model.addCons(value <= float(peak) * (1 - 1 / (1 + odds)))
        shares.append(share)
        values.append(value)
    model.addCons(quicksum(shares) <= 1.0)
    model.setObjective(quicksum(values), "maximize")
    model.optimize()
    if model.getNSols() == 0:
        return np.zeros(len(family))
    return capacity * np.array([model.getVal(share) for share in shares])


def solve_milp(family: LatencySigmoids, capacity: float) -> Array:
    """HiGHS on a piecewise-linear model: 8 pieces before the inflection, 24 behind it, each user.

    Before the inflection, a binary for each piece says that it is full, and opens the next; the
    last one opens all pieces behind the inflection, which fill in order as their slopes fall.
    """
    knots = _knots(family, capacity)  # (n, pieces + 1)
    size, pieces = len(family), CONVEX_PIECES + CONCAVE_PIECES
    width = np.diff(knots, axis=1)
    rise = np.diff(np.array([family.value(capacity * k) for k in knots.T]).T, axis=1)
    binaries = size * CONVEX_PIECES
    budget = np.concatenate([width.ravel(), np.zeros(binaries)])
    found = milp(
        -np.concatenate([rise.ravel(), np.zeros(binaries)]),
        integrality=np.repeat([0, 1], [size * pieces, binaries]),
        bounds=Bounds(0.0, 1.0),
        constraints=[LinearConstraint(budget, ub=1.0), LinearConstraint(_order(size), lb=0.0)],
        options={"time_limit": MILP_SECONDS, "mip_rel_gap": MILP_GAP},
    )
    if found.x is None:
        return np.zeros(size)
    filled = found.x[: size * pieces].reshape(size, pieces)
    return capacity * (filled * width).sum(axis=1)


def _order(size: int) -> csr_array:
    """Rows that are non-negative where pieces are filled in order: full - z and z - opened."""
    pieces = CONVEX_PIECES + CONCAVE_PIECES
    rows = lil_array((CONVEX_PIECES + pieces - 1, pieces + CONVEX_PIECES))
    for piece in range(CONVEX_PIECES):
        rows[piece, piece], rows[piece, pieces + piece] = 1.0, -1.0
    for opened in range(1, pieces):
        row = CONVEX_PIECES + opened - 1
        rows[row, opened], rows[row, pieces + min(opened, CONVEX_PIECES) - 1] = -1.0, 1.0
    amounts, binaries = rows.tocsc()[:, :pieces], rows.tocsc()[:, pieces:]
    blocks = [kron(eye_array(size), amounts), kron(eye_array(size), binaries)]
    return csr_array(hstack(blocks))


def _knots(family: LatencySigmoids, capacity: float) -> Array:
    """Ends of the pieces as shares: even up to the inflection, geometric to 8 times it, then 1."""
    inflection = np.minimum(family.inflection / capacity, 1.0 - 1e-6)[:, None]
    before = inflection * np.linspace(0.0, 1.0, CONVEX_PIECES + 1)[:-1]
    far = np.minimum(8.0, 1.0 / inflection)
    behind = inflection * far ** np.linspace(0.0, 1.0, CONCAVE_PIECES)
    return np.concatenate([before, behind, np.ones_like(inflection)], axis=1)


def solve_slsqp(family: LatencySigmoids, capacity: float) -> Array:
    """The best of ten local searches from random shares."""
    rng, best = np.random.default_rng(0), np.zeros(len(family))
    budget = {"type": "ineq", "fun": lambda q: 1.0 - q.sum(), "jac": lambda q: -np.ones_like(q)}
    for _ in range(SLSQP_STARTS):
        found = minimize(
            lambda q: -family.value(capacity * q).sum(),
            rng.dirichlet(np.ones(len(family))),
            jac=lambda q: -capacity * family.derivative(capacity * q),
            bounds=[(0.0, 1.0)] * len(family),
            constraints=[budget],
            method="SLSQP",
            options={"maxiter": 200},
        )
        shares = np.clip(found.x, 0.0, 1.0)
        allocation = capacity * shares / max(shares.sum(), 1.0)
        if family.value(allocation).sum() > family.value(best).sum():
            best = allocation
    return best


def solve_evolution(family: LatencySigmoids, capacity: float) -> Array:
    """Differential evolution over weights, to which shares are proportional."""

    def allocate(weights: Array) -> Array:  # (n, S)
        return capacity * weights / np.maximum(weights.sum(axis=0), 1e-12)

    found = differential_evolution(
        lambda weights: -family.value(allocate(weights).T).sum(axis=-1),
        [(0.0, 1.0)] * len(family),
        rng=np.random.default_rng(0),
        maxiter=EVOLUTION_ROUNDS,
        popsize=EVOLUTION_CROWD,
        vectorized=True,
        updating="deferred",
        polish=False,
    )
    return allocate(found.x)
