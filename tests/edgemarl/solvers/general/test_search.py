"""What LP solvers that fail, lie or return nonsense can and cannot do to an answer."""

import time

import numpy as np
import pytest

from edgemarl.solvers import Status
from edgemarl.solvers.general import Hill, SigmoidalProgram, maximize_program
from edgemarl.solvers.general.linprog_relaxation import LinprogRelaxation
from edgemarl.solvers.general.relaxation import LinearSolution, LinearStatus, RelaxationError
from edgemarl.solvers.general.scaled import UnitProgram
from edgemarl.solvers.general.search import Search
from edgemarl.solvers.general.solve import search_program
from edgemarl.solvers.limits import Limits


class Faulty:
    """Solves the relaxation, but for some calls."""

    def __init__(self, rows, fault, when):
        self.inner, self.fault, self.when, self.calls = LinprogRelaxation(rows), fault, when, 0

    def solve(self, cuts, low, high):
        self.calls += 1
        if not self.when(self.calls):
            return self.inner.solve(cuts, low, high)
        if self.fault == "raises":
            raise RelaxationError("out of memory")
        if self.fault == "fails":
            return LinearSolution.failed("unbounded")
        if self.fault == "calls infeasible":
            return LinearSolution(status=LinearStatus.INFEASIBLE)
        m, k = (len(side) for side in (self.inner._rows.b, self.inner._rows.d))
        fill = {"nan": np.nan, "zeros": 0.0, "huge": 1e6, "negative": -1.0}[self.fault]
        return LinearSolution(
            status=LinearStatus.SOLVED,
            y=np.full(len(low), fill),
            inequality=np.full(m, fill),
            equality=np.full(k, fill),
        )


def faulty_result(program, fault, when, max_nodes=60):
    scaled = UnitProgram.of(program)
    relaxation = Faulty(scaled.rows, fault, when)
    limits = Limits(tolerance=1e-6, max_nodes=max_nodes)
    return search_program(program, scaled, relaxation, limits, time.perf_counter())


FAULTS = ["raises", "fails", "calls infeasible", "nan", "zeros", "huge", "negative"]


@pytest.fixture
def program():
    family = Hill([1.0, 0.9, 1.2, 0.7], [1.0, 0.8, 1.4, 0.5], [3.0, 2.0, 4.0, 5.0])
    rows = [[1.0, 1.0, 1.0, 1.0], [1.0, 3.0, 0.5, 2.0]]
    return SigmoidalProgram(family, lower=0.0, upper=3.0, A=rows, b=[3.0, 4.0])


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "when",
    [lambda call: call == 1, lambda call: call % 3 == 2, lambda call: call > 6],
    ids=["the first", "some", "all after some"],
)
def test_faults_never_falsify_a_bound_or_lose_the_optimum(fault, when, program):
    clean = maximize_program(program)
    assert clean.status == Status.OPTIMAL
    result = faulty_result(program, fault, when)
    assert result.status != Status.INFEASIBLE
    assert result.upper_bound >= clean.objective
    assert result.objective <= clean.upper_bound
    assert (program.A @ result.x <= program.b + 1e-9).all()
    assert result.objective == program.value(result.x)
    if result.status == Status.OPTIMAL:
        assert result.objective == pytest.approx(clean.objective, abs=2e-6)
    if fault in ("raises", "fails", "calls infeasible", "nan"):
        assert result.num_failures >= 1


def test_a_solver_that_always_fails_leaves_a_valid_answer(program):
    clean = maximize_program(program)
    result = faulty_result(program, "fails", lambda call: True)
    assert result.status in (Status.NODE_LIMIT, Status.NUMERICAL)
    assert result.num_failures == result.num_nodes
    assert clean.upper_bound >= result.objective
    assert result.upper_bound >= clean.objective
    assert (program.A @ result.x <= program.b).all()


def test_concave_problems_whose_solver_fails_end_as_numerical():
    # Nothing to branch on: the slope falls from the start, and the bound is that of the box.
    family = Hill([1.0, 1.0], [1.0, 1.0], [1.0, 1.0])
    program = SigmoidalProgram(family, lower=0.0, upper=3.0, A=[[1.0, 1.0]], b=[2.0])
    result = faulty_result(program, "raises", lambda call: True)
    assert result.status == Status.NUMERICAL
    assert result.upper_bound == pytest.approx(1.5)
    assert result.objective <= 1.0


def test_bounds_never_rise_down_the_tree(program):
    scaled = UnitProgram.of(program)
    search = Search(scaled, LinprogRelaxation(scaled.rows), Limits(tolerance=1e-6, max_nodes=99))
    bounds = []
    add = search._add

    def watch(box):
        node = add(box)
        if node is not None and len(bounds):
            assert node.bound <= box.bound
        bounds.append(np.inf if node is None else node.bound)
        return node

    search._add = watch
    assert search.run() == Status.OPTIMAL
    assert len(bounds) == search.num_nodes >= 3
