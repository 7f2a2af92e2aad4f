"""The front door: one budget, any family, any backend."""

import math
import time
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from edgemarl.solvers import reference
from edgemarl.solvers.groups import check_floor, maximize_groups
from edgemarl.solvers.kernel import ROUNDING, SAFETY
from edgemarl.solvers.limits import Limits
from edgemarl.solvers.result import NEGLIGIBLE, GroupResult, SolverResult, Status, relative_gap
from edgemarl.solvers.sigmoid import LatencySigmoids, SigmoidFamily

Backend = Literal["auto", "compiled", "reference", "linprog", "cvxpy"]


def maximize(
    family: SigmoidFamily,
    budget: float,
    *,
    floor: np.ndarray | None = None,
    tolerance: float = 1e-6,
    max_nodes: int = 10_000,
    time_limit: float | None = None,
    backend: Backend = "auto",
) -> SolverResult:
    r"""Maximise a sum of sigmoids of nonnegative resources within one budget.

    .. math:: \max_p \sum_i \max(f_i(p_i), r_i) \quad\text{s.t.}\quad \sum_i p_i \le P,\ p \ge 0

    The problem is NP-hard in general; the search is exact branch and bound over the concave
    envelopes (Udell and Boyd 2015), and one budget keeps it small: at most one function sits
    strictly inside the straight part of its envelope, and that is where the search branches.

    Guarantees: the allocation is feasible, the objective is recomputed from it, and `upper_bound`
    is a value of the dual function (the largest over the open and finished nodes), inflated by
    1e-12 against rounding, so no allocation exceeds it. With `Status.OPTIMAL` the two differ by at
    most `tolerance` times the objective; with a limit status they are still valid.

    Args:
        family: n functions: :class:`LatencySigmoids`, or anything with the methods of
            :class:`SigmoidFamily`. The guarantees rest on its being convex, then concave, and
            never decreasing, which is not checked.
        budget: P, non-negative and finite, in the unit of the resource.
        floor: (n,) r, what each function is worth without any resource; negative counts as 0.
        tolerance: Relative gap at which to stop, in (0, 1).
        max_nodes: Most relaxations to solve.
        time_limit: Seconds after which to stop, None for no limit. The compiled backend looks at
            the clock only between searches of 1,000, 10,000, ... nodes.
        backend: `"compiled"` needs a `LatencySigmoids`; `"reference"` takes any family, and so do
            `"linprog"` and `"cvxpy"`, which go through the general solver; `"auto"` picks the
            compiled one where it can, else the reference.

    Raises:
        ValueError: An argument is out of its range.
        TypeError: The compiled backend was asked for another family.

    >>> import numpy as np
    >>> family = LatencySigmoids(peak=np.ones(3), offset=np.full(3, 4.0), scale=np.full(3, 2.0))
    >>> result = maximize(family, 1.0)  # better to serve two than to starve three
    >>> result.allocation.round(6).tolist(), round(result.objective, 6), result.status.name
    ([0.5, 0.5, 0.0], 1.0, 'OPTIMAL')
    """
    start = time.perf_counter()
    budget = float(budget)
    if not (budget >= 0.0 and math.isfinite(budget)):
        raise ValueError(f"budget must be non-negative and finite, got {budget}")
    if isinstance(family, LatencySigmoids) and family.peak.ndim != 1:
        raise ValueError(f"family must be one-dimensional, got shape {family.peak.shape}")
    if backend not in get_args(Backend):
        raise ValueError(f"backend must be one of {', '.join(get_args(Backend))}, got {backend!r}")
    if backend == "auto":
        backend = "compiled" if isinstance(family, LatencySigmoids) else "reference"
    if backend == "compiled":
        if not isinstance(family, LatencySigmoids):
            raise TypeError(
                "the compiled backend needs a LatencySigmoids, got "
                f'{type(family).__name__}; use backend="reference"'
            )
        found = maximize_groups(
            family,
            np.zeros(len(family), dtype=np.int64),
            np.array([budget]),
            floor=floor,
            tolerance=tolerance,
            max_nodes=max_nodes,
            time_limit=time_limit,
        )
        return _first(found, start)
    limits = Limits.of(tolerance, max_nodes, time_limit)
    _check_family(family, budget)
    floors = check_floor(floor, (len(family),))
    inner = replace(limits, tolerance=SAFETY * limits.tolerance)
    answer = reference.Answer.nothing(len(family), float(floors.sum()))
    if budget > 0.0 and len(family) > 0:
        answer = _search(family, budget, floors, backend, inner)
    return _certified(family, budget, floors, answer, limits, start)


def _check_family(family: SigmoidFamily, budget: float) -> None:
    """Raise where a family cannot be what :class:`SigmoidFamily` says."""
    size = len(family)
    inflection = np.asarray(family.inflection, dtype=np.float64)
    if inflection.shape != (size,) or not (inflection >= 0.0).all():
        raise ValueError(f"family.inflection must be {size} non-negative numbers, got {inflection}")
    full = np.asarray(family.value(np.full(size, budget)), dtype=np.float64)
    if full.shape != (size,) or not (np.isfinite(full) & (full >= 0.0)).all():
        raise ValueError(
            f"family.value must be {size} non-negative finite numbers at the budget, got {full}"
        )


def _first(found: GroupResult, start: float) -> SolverResult:
    """The only group's solution."""
    objective, bound = float(found.objective[0]), float(found.upper_bound[0])
    return SolverResult(
        allocation=found.allocation,
        objective=objective,
        upper_bound=bound,
        gap=relative_gap(objective, bound),
        num_nodes=int(found.num_nodes[0]),
        status=Status(int(found.status[0])),
        wall_time=time.perf_counter() - start,
        dual_multiplier=float(found.dual_multiplier[0]),
        shadow_price=float(found.shadow_price[0]),
    )


def _search(
    family: SigmoidFamily, budget: float, floors: np.ndarray, backend: Backend, limits: Limits
) -> reference.Answer:
    """What the backend finds."""
    if backend == "linprog" or backend == "cvxpy":
        from edgemarl.solvers import by_program  # loads linear programming only where it is used

        return by_program.solve(family, budget, floors, backend=backend, limits=limits)
    return reference.solve(
        family,
        budget,
        floors,
        tolerance=limits.tolerance,
        max_nodes=limits.max_nodes,
        deadline=limits.deadline,
    )


def _certified(
    family: SigmoidFamily,
    budget: float,
    floors: np.ndarray,
    answer: reference.Answer,
    limits: Limits,
    start: float,
) -> SolverResult:
    """Make the answer feasible and the bound safe, and say how far they are apart."""
    allocation = answer.allocation
    total = math.fsum(allocation)
    if total > 0.0:
        allocation = np.minimum(allocation * (budget / total * (1.0 - 1e-15)), budget)
    value = np.maximum(family.value(allocation), floors)
    objective = float(value.sum())
    bound = max(answer.bound * (1.0 + ROUNDING), objective)
    status = answer.status
    if bound - objective <= limits.tolerance * max(objective, NEGLIGIBLE):
        status = Status.OPTIMAL
    elif status == Status.OPTIMAL:
        status = Status.NUMERICAL
    earning = (allocation > 0.0) & (value > floors)
    slopes = np.where(earning, family.derivative(allocation), 0.0)
    return SolverResult(
        allocation=allocation,
        objective=objective,
        upper_bound=bound,
        gap=relative_gap(objective, bound),
        num_nodes=answer.num_nodes,
        status=status,
        wall_time=time.perf_counter() - start,
        dual_multiplier=answer.price,
        shadow_price=float(slopes.max(initial=0.0)),
    )
