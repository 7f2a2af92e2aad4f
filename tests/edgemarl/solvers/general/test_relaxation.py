import numpy as np
import pytest

from edgemarl.solvers.general import Logistic
from edgemarl.solvers.general.cvxpy_relaxation import CvxpyRelaxation
from edgemarl.solvers.general.envelope import Cuts
from edgemarl.solvers.general.linprog_relaxation import LinprogRelaxation
from edgemarl.solvers.general.program import SigmoidalProgram
from edgemarl.solvers.general.relaxation import LinearStatus, RelaxationError, make_relaxation
from edgemarl.solvers.general.rows import LinearRows

# t1 <= 2 y1, t1 <= 1 + y1 / 2, t2 <= y2, t3 <= -y3 + 1.
CUTS = Cuts(
    np.array([2, 0, 0, 1]),
    np.array([-1.0, 2.0, 0.5, 1.0]),
    np.array([1.0, 0.0, 1.0, 0.0]),
    np.zeros(4),
)


def rows_of(**sides) -> LinearRows:
    return SigmoidalProgram(Logistic(np.ones(3), 1.0, 0.0), lower=0.0, upper=1.0, **sides).rows


@pytest.fixture
def rows():
    return rows_of(A=[[1.0, 1.0, 0.0]], b=[1.2], C=[[0.0, 1.0, -1.0]], d=[0.25])


def test_optimum_and_multipliers_by_hand(rows, backend):
    # y3 = y2 - 1/4 goes along with y2, so that more of y2 than 1/4 earns as much as it costs; the
    # rest of 1.2 goes to y1, whose slope past its kink at 2/3 is 1/2.
    relaxation = make_relaxation(rows=rows, **backend)
    found = relaxation.solve(CUTS, np.zeros(3), np.ones(3))
    assert found.status == LinearStatus.SOLVED
    np.testing.assert_allclose(found.y, [0.95, 0.25, 0.0], atol=1e-6)
    # A unit of b: 1/2. A unit of d moves y2 up by one and y1 down by one: 1 - 1/2.
    np.testing.assert_allclose(found.inequality, [0.5], atol=1e-6)
    np.testing.assert_allclose(found.equality, [0.5], atol=1e-6)


def test_boxes_and_cuts_may_change_between_calls(rows, backend):
    relaxation = make_relaxation(rows=rows, **backend)
    for high, expected in ((1.0, 0.95), (0.5, 0.5), (0.9, 0.9)):
        found = relaxation.solve(CUTS, np.zeros(3), np.array([high, 1.0, 1.0]))
        assert found.y[0] == pytest.approx(expected, abs=1e-6)
    steeper = Cuts(CUTS.owner, CUTS.slope * [1, 1, 1, 9], CUTS.level, CUTS.point)
    found = relaxation.solve(steeper, np.zeros(3), np.ones(3))
    np.testing.assert_allclose(found.y, [0.2, 1.0, 0.75], atol=1e-6)


def test_no_constraints_at_all(backend):
    found = make_relaxation(rows=rows_of(), **backend).solve(CUTS, np.zeros(3), np.ones(3))
    np.testing.assert_allclose(found.y, [1.0, 1.0, 0.0], atol=1e-6)
    assert found.inequality.shape == found.equality.shape == (0,)


def test_infeasible_boxes_are_called_so(rows, backend):
    relaxation = make_relaxation(rows=rows, **backend)
    found = relaxation.solve(CUTS, np.array([0.9, 0.9, 0.0]), np.ones(3))
    assert found.status == LinearStatus.INFEASIBLE


def test_cuts_of_any_number_fit(rows):
    lean, modelled = LinprogRelaxation(rows), CvxpyRelaxation(rows)
    before = modelled.problem
    point = np.linspace(0.0, 1.0, 21)  # tangents of sqrt(0.1 + y)
    slope = 0.5 / np.sqrt(0.1 + point)
    many = Cuts(
        np.concatenate([CUTS.owner, np.zeros(21, dtype=int)]),
        np.concatenate([CUTS.slope, slope]),
        np.concatenate([CUTS.level, np.sqrt(0.1 + point) - slope * point]),
        np.zeros(25),
    )
    one, other = (each.solve(many, np.zeros(3), np.ones(3)) for each in (lean, modelled))
    assert modelled.problem is not before
    assert many.lowest(one.y).sum() == pytest.approx(many.lowest(other.y).sum(), abs=1e-7)
    np.testing.assert_allclose(one.inequality, other.inequality, atol=1e-6)


def test_the_cvxpy_problem_is_parametrised_by_the_rules(rows):
    relaxation = CvxpyRelaxation(rows)
    assert relaxation.problem.is_dcp(dpp=True)
    assert relaxation.problem.is_dpp()
    before = relaxation.problem
    for _ in range(2):
        relaxation.solve(CUTS, np.zeros(3), np.ones(3))
    assert relaxation.problem is before  # nothing is built anew


def test_what_solvers_say_is_translated(rows, monkeypatch):
    relaxation = CvxpyRelaxation(rows)
    problem = type(relaxation.problem)
    monkeypatch.setattr(problem, "solve", lambda self, **options: None)
    for said, status in (
        ("unbounded", LinearStatus.FAILED),
        ("user_limit", LinearStatus.FAILED),
        ("infeasible_inaccurate", LinearStatus.INFEASIBLE),
        ("optimal", LinearStatus.FAILED),  # without a point
    ):
        monkeypatch.setattr(problem, "status", said)
        assert relaxation.solve(CUTS, np.zeros(3), np.ones(3)).status == status


def test_errors_of_solvers_are_named(rows, monkeypatch):
    from cvxpy.error import SolverError

    def give_up(self, **options):
        raise SolverError("numerical trouble")

    relaxation = CvxpyRelaxation(rows)
    monkeypatch.setattr(type(relaxation.problem), "solve", give_up)
    with pytest.raises(RelaxationError, match="HIGHS: numerical trouble"):
        relaxation.solve(CUTS, np.zeros(3), np.ones(3))
