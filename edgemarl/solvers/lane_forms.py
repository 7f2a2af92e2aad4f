"""The closed forms of `closed_forms.py` for eight users at once; tests hold the two equal."""

from edgemarl.solvers.elementary import exponential, logarithm
from edgemarl.solvers.lanes import (
    Lanes,
    absolute,
    maximum,
    minimum,
    square_root,
    where,
)


def logistic_pair(x: Lanes) -> tuple[Lanes, Lanes]:
    """`(s, 1 - s)` for `s = 1 / (1 + exp(-x))`, both without cancellation or overflow."""
    e = exponential(0.0 - absolute(x))
    large = 1.0 / (1.0 + e)
    small = e * large
    positive = x >= 0.0
    return where(positive, large, small), where(positive, small, large)


def log_slope(w: Lanes, offset: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """`ln(f'(p) a / L)` at `w = a / p`, and its first two derivatives with respect to `w`."""
    x = w - offset
    distance = absolute(x)
    e = exponential(0.0 - distance)
    share = 1.0 / (1.0 + e)
    level = 2.0 * logarithm(w * share) - distance
    tanh = (1.0 - e) * share
    inverse = 2.0 / w
    first = inverse - where(x >= 0.0, tanh, 0.0 - tanh)
    return level, first, -0.5 * inverse * inverse - 2.0 * e * share * share


def step_to(residual: Lanes, first: Lanes, second: Lanes) -> tuple[Lanes, Lanes]:
    """How far to move `w` to change the logarithmic slope by `residual`; the derivative there."""
    ahead = square_root(maximum(first * first + 2.0 * second * residual, 1e-16))
    return 2.0 * residual / (first + ahead), ahead


def wright_omega(x: Lanes) -> Lanes:
    """The solution of `y + ln y = x`, by two Fritsch-Shafer-Crowley steps (fourth order each)."""
    log_x = logarithm(x)
    power = exponential(where(x < -2.0, x, minimum(x - 1.0, 3.0) * (2.0 / 3.0)))
    y = where(x < 4.0, power, x - log_x + log_x / x)
    for _ in range(2):
        residual = x - y - logarithm(y)
        y1 = y + 1.0
        q = 2.0 * y1 * (y1 + (2.0 / 3.0) * residual)
        y = y * (1.0 + residual / y1 * (q - residual) / (q - 2.0 * residual))
    return where(x < -50.0, power, y)
