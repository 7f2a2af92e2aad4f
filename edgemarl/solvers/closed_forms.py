"""Closed forms of one latency sigmoid, compiled.

Throughout, `f(p) = L * logistic(k - w)` with `w = a / p`, so that small `w` means plenty of the
resource: `L` is the peak, `k` the offset, `a` the scale, and `rho` the floor divided by the peak.
Two facts carry everything else:

* `f' = L s (1 - s) w / p` with `s = logistic(k - w)`; its logarithm, up to `ln(a / L)`, is
  `log_slope(w) = 2 ln w + ln s (1 - s)`, increasing and concave left of the inflection.
* the tangent through the origin touches at `w = 1 + omega(k - 1)`, omega being the Wright omega
  function, with slope `L omega / a`. There `log_slope` has derivatives 1 and -2 / w.
"""

import math

from edgemarl.solvers._compile import light


@light
def logistic_pair(x):
    """`(s, 1 - s)` for `s = 1 / (1 + exp(-x))`, both without cancellation or overflow."""
    e = math.exp(-abs(x))
    small, large = e / (1.0 + e), 1.0 / (1.0 + e)
    if x >= 0.0:
        return large, small
    return small, large


@light
def value(peak, offset, scale, p):
    """`f(p)`, with `f(0) = 0`."""
    if p <= 0.0:
        return 0.0
    return peak * logistic_pair(offset - scale / p)[0]


@light
def log_slope(w, offset):
    """`ln(f'(p) a / L)` at `w = a / p`, and its first two derivatives with respect to `w`."""
    x = w - offset
    e = math.exp(-abs(x))
    share = 1.0 / (1.0 + e)
    level = 2.0 * math.log(w * share) - abs(x)
    tanh = math.copysign((1.0 - e) * share, x)
    inverse = 2.0 / w
    return level, inverse - tanh, -0.5 * inverse * inverse - 2.0 * e * share * share


@light
def step_to(residual, first, second):
    """How far to move `w` to change the logarithmic slope by `residual`, and the derivative there.

    The root of the local parabola (Euler's method), which is third-order accurate and sound where
    the derivative vanishes, at the inflection.
    """
    ahead = math.sqrt(max(first * first + 2.0 * second * residual, 1e-16))
    return 2.0 * residual / (first + ahead), ahead


@light
def wright_omega(x):
    """The solution of `y + ln y = x`, by two Fritsch-Shafer-Crowley steps (fourth order each)."""
    if x < -50.0:
        return math.exp(x)
    if x < -2.0:
        y = math.exp(x)
    elif x < 4.0:
        y = math.exp(2.0 * (x - 1.0) / 3.0)
    else:
        log_x = math.log(x)
        y = x - log_x + log_x / x
    for _ in range(2):
        residual = x - y - math.log(y)
        y1 = y + 1.0
        q = 2.0 * y1 * (y1 + 2.0 / 3.0 * residual)
        y *= 1.0 + residual / y1 * (q - residual) / (q - 2.0 * residual)
    return y


@light
def inflection_w(offset):
    """`w = a / p` at the inflection point: the root of `w tanh((w - k) / 2) = 2` right of `k`."""
    low, high = max(offset, 2.0), max(offset, 0.0) + 2.4
    w = offset + 2.4 / (1.0 + 0.32 * offset) if offset > 0.0 else 2.0 + 0.4 * math.exp(offset)
    for _ in range(60):
        e = math.exp(offset - w)
        share = 1.0 / (1.0 + e)
        tanh = (1.0 - e) * share
        excess = w * tanh - 2.0
        if excess > 0.0:
            high = w
        else:
            low = w
        step = excess / (tanh + 2.0 * w * e * share * share)
        if abs(step) <= 4e-16 * w:
            break
        w -= step
        if not low < w < high:
            w = 0.5 * (low + high)
    return w


@light
def floor_tangent_w(offset, rho, w_origin):
    """`w` where the tangent from `(0, rho)` touches: the root of `s (1 - (1 - s) w) = rho`.

    Args:
        offset: `k`.
        rho: Floor over peak, in `(0, logistic(k))`.
        w_origin: Tangent point from the origin, which bounds the root from above.
    """
    low, high = 0.0, w_origin
    target = math.log1p(-rho)
    w = w_origin
    for _ in range(100):
        s, rest = logistic_pair(offset - w)
        excess = math.log(rest) + math.log1p(s * w) - target
        if excess > 0.0:
            high = w
        else:
            low = w
        step = excess / (s + s * (1.0 - rest * w) / (1.0 + s * w))
        if abs(step) <= 4e-16 * w or high - low <= 4e-16 * high:
            break
        w -= step
        if not low < w < high:
            w = 0.5 * (low + high)
    return w


@light
def tangent(peak, offset, scale, floor):
    """Where the concave envelope of `max(f, floor)` from 0 leaves its straight part.

    Returns:
        `(w, slope)` of the touching point; `(0, 0)` where the function never exceeds its floor.
    """
    if peak <= 0.0:
        return 0.0, 0.0
    omega = wright_omega(offset - 1.0)
    w = 1.0 + omega
    if floor <= 0.0:
        return w, peak * omega / scale
    rho = floor / peak
    if rho >= logistic_pair(offset)[0]:
        return 0.0, 0.0
    w = floor_tangent_w(offset, rho, w)
    s, rest = logistic_pair(offset - w)
    return w, peak * s * rest * w * (w / scale)
