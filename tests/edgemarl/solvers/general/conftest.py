"""Problems with known answers, and an oracle."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from edgemarl.solvers.general import Custom, Hill, Logistic, SigmoidalProgram

BACKENDS = [("linprog", None), ("cvxpy", None), ("cvxpy", "CLARABEL")]


@dataclass(frozen=True)
class Standard:
    """A problem worked out by hand."""

    program: SigmoidalProgram
    objective: float
    x: np.ndarray | None  # None where several points are as good
    dual: list[float]  # of the inequalities, then of the equalities


def parabolas(centre: np.ndarray) -> Custom:
    """-(x - centre)^2 / 2: concave everywhere."""
    return Custom(
        lambda x, i: -0.5 * (x - centre[i]) ** 2,
        lambda x, i: centre[i] - x,
        np.full(len(centre), -np.inf),
    )


def logistic(x):
    return 1.0 / (1.0 + np.exp(-np.asarray(x)))


def inequality() -> Standard:
    # x = centre - price, and the price makes up for 6 - 3 over three functions.
    family = parabolas(np.array([1.0, 2.0, 3.0]))
    program = SigmoidalProgram(family, lower=-5.0, upper=5.0, A=np.ones((1, 3)), b=[3.0])
    return Standard(program, -1.5, np.array([0.0, 1.0, 2.0]), [1.0])


def equality() -> Standard:
    # The equality asks for more than the centres, so that its price is negative.
    family = parabolas(np.array([1.0, 2.0, 3.0]))
    program = SigmoidalProgram(family, lower=-5.0, upper=5.0, C=np.ones((1, 3)), d=[9.0])
    return Standard(program, -1.5, np.array([2.0, 3.0, 4.0]), [-1.0])


def convex() -> Standard:
    # Chords of x^2 on [-1, 2] are x + 2; two of them on x1 + x2 = 1 give 5, as do (2, -1).
    family = Custom(lambda x, i: x**2, lambda x, i: 2.0 * x, np.full(2, np.inf))
    program = SigmoidalProgram(family, lower=-1.0, upper=2.0, A=np.ones((1, 2)), b=[1.0])
    return Standard(program, 5.0, None, [1.0])


def hill() -> Standard:
    # The tangent from 0 touches x^2 / (1 + x^2) at 1 with slope 1/2: one of three gets all.
    family = Hill(height=np.ones(3), half=1.0, exponent=2.0)
    program = SigmoidalProgram(family, lower=0.0, upper=4.0, A=np.ones((1, 3)), b=[1.0])
    return Standard(program, 0.5, None, [0.5])


def two_rows() -> Standard:
    # A row of its own for each: the price is the slope s (1 - s) at the limit.
    limits = np.array([1.0, 2.0])
    family = Logistic(np.ones(2), 1.0, 0.0)
    program = SigmoidalProgram(family, lower=0.0, upper=9.0, A=np.eye(2), b=limits)
    s = logistic(limits)
    return Standard(program, float(s.sum()), limits, list(s * (1.0 - s)))


STANDARD = [inequality, equality, convex, hill, two_rows]


@pytest.fixture(params=STANDARD, ids=lambda make: make.__name__)
def standard(request) -> Standard:
    return request.param()


@pytest.fixture(params=BACKENDS, ids=lambda pair: pair[1] or pair[0])
def backend(request) -> dict[str, str | None]:
    return dict(zip(("backend", "solver"), request.param, strict=True))


def draw_program(seed: int, rows: int = 2) -> SigmoidalProgram:
    """Two or three logistics of any real variable, which some point satisfies."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 4))
    family = Logistic(
        rng.uniform(0.2, 2.0, size),
        rng.uniform(0.5, 20.0, size),
        rng.normal(0.0, 1.0, size),
        rng.normal(0.0, 1.0, size),
    )
    lower = rng.uniform(-3.0, 0.0, size)
    upper = lower + rng.uniform(0.5, 3.0, size)
    matrix = rng.normal(size=(rows, size))
    inside = lower + (upper - lower) * rng.random(size)
    b = matrix @ inside + rng.uniform(0.0, 0.3, rows)
    return SigmoidalProgram(family, lower=lower, upper=upper, A=matrix, b=b)


def search_grid(program: SigmoidalProgram, steps: int = 61) -> float:
    """The best value on a grid of the box, among points that meet the inequalities."""
    ends = zip(program.lower, program.upper, strict=True)
    axes = [np.linspace(low, high, steps) for low, high in ends]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    points = points[(program.b[:, None] >= program.A @ points.T).all(axis=0)]
    return max(program.value(x) for x in points)


@pytest.fixture
def random_program() -> Callable[..., SigmoidalProgram]:
    return draw_program


@pytest.fixture
def box_grid_optimum() -> Callable[..., float]:
    return search_grid
