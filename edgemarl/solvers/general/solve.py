"""The general solver's front door."""

import math
import time
from typing import Literal

import numpy as np

from edgemarl.solvers.general.prices import shadow_prices
from edgemarl.solvers.general.program import SigmoidalProgram
from edgemarl.solvers.general.relaxation import Relaxation, make_relaxation
from edgemarl.solvers.general.scaled import UnitProgram
from edgemarl.solvers.general.search import Search
from edgemarl.solvers.kernel import ROUNDING
from edgemarl.solvers.limits import Limits
from edgemarl.solvers.result import ProgramResult, Status, relative_gap


def maximize_program(
    program: SigmoidalProgram,
    *,
    backend: Literal["linprog", "cvxpy"] = "linprog",
    solver: str | None = None,
    tolerance: float = 1e-6,
    max_nodes: int = 10_000,
    time_limit: float | None = None,
) -> ProgramResult:
    """Maximise a sum of sigmoids over linear constraints, with a certified bound.

    Best-first branch and bound over boxes (Udell and Boyd 2015). On a box, every function is
    replaced by its concave envelope, the envelopes by tangent cuts that are added where they are
    violated, and the linear program that results is solved by the backend. The bound of a box is
    the Lagrangian of the functions themselves at the LP's multipliers, so that it holds whatever
    the LP's tolerances; an LP that fails leaves a box with its parent's bound, and a box counts as
    infeasible only by a checked certificate.

    Guarantees: x lies in its box, violates no row of A or C by more than 1e-9 (of a row scaled to
    unit norm, with variables scaled to [0, 1]), and where there is room no row of A at all;
    `objective` is recomputed from x; no feasible point is worth more than `upper_bound`. With
    `Status.OPTIMAL` the gap is at most `tolerance`.

    Limits: a function that rises within less than about 1e-9 of its interval is a step to an LP
    solver, whose points then miss it; such a search ends as `Status.NUMERICAL` with a valid bound.
    For one budget, :func:`edgemarl.solvers.maximize` knows no such limit.

    Args:
        program: What to maximise.
        backend: `"linprog"` calls HiGHS through SciPy; `"cvxpy"` any LP solver that cvxpy knows.
        solver: Name of an LP solver, for cvxpy only; HiGHS if None.
        tolerance: Gap at which to stop, relative to max(1, |objective|), in (0, 1).
        max_nodes: Most boxes to relax.
        time_limit: Seconds after which to stop, None for no limit.

    Raises:
        ValueError: An argument is out of its range, or the solver is not installed.

    >>> from edgemarl.solvers.general import Logistic
    >>> family = Logistic(height=[1.0, 1.0, 1.0], steepness=4.0, midpoint=2.0)
    >>> program = SigmoidalProgram(family, lower=0.0, upper=10.0, A=[[1.0, 1.0, 1.0]], b=[6.0])
    >>> result = maximize_program(program)
    >>> sorted(result.x.round(2).tolist()), round(result.objective, 4), result.status.name
    ([0.0, 3.0, 3.0], 1.9644, 'OPTIMAL')
    """
    start = time.perf_counter()
    limits = Limits.of(tolerance, max_nodes, time_limit)
    scaled = UnitProgram.of(program)
    relaxation = make_relaxation(backend, scaled.rows, solver=solver)
    return search_program(program, scaled, relaxation, limits, start)


def search_program(
    program: SigmoidalProgram,
    scaled: UnitProgram,
    relaxation: Relaxation,
    limits: Limits,
    start: float,
) -> ProgramResult:
    """Search with a given subroutine, and put the answer in the program's own units.

    Args:
        program: What to maximise.
        scaled: The same in the search's units, which are those of the subroutine.
        relaxation: Solves the linear programs.
        limits: When to stop.
        start: `time.perf_counter()` when the clock began.
    """
    search = Search(scaled, relaxation, limits)
    status = search.run()
    size, m = len(program.family), len(program.rows.b)
    x, objective = np.full(size, np.nan), -math.inf
    if search.best is not None:
        x = np.clip(scaled.family.point(search.best), program.lower, program.upper)
        objective = program.value(x)
    bound = search.bound * scaled.unit
    if math.isfinite(bound):
        bound = max(bound + ROUNDING * abs(bound), objective)
    gap = relative_gap(objective, bound) if status != Status.INFEASIBLE else math.nan
    if status == Status.OPTIMAL and gap > limits.tolerance:
        status = Status.NUMERICAL
    multipliers = np.full(m + len(program.rows.d), math.nan)
    if search.root is not None:
        multipliers = scaled.multipliers(search.root.inequality, search.root.equality)
    prices = shadow_prices(scaled, search.best)
    return ProgramResult(
        x=x,
        objective=objective,
        upper_bound=bound,
        gap=float(gap),
        num_nodes=search.num_nodes,
        num_failures=search.num_failures,
        status=status,
        wall_time=time.perf_counter() - start,
        dual_multiplier=multipliers[:m],
        equality_multiplier=multipliers[m:],
        shadow_price=prices[:m],
        equality_price=prices[m:],
    )
