"""Families of sigmoids of a resource: convex, then concave, never decreasing, 0 at 0."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import expit

from edgemarl.solvers.closed_forms import inflection_w
from edgemarl.solvers.validation import check_values, plain


class SigmoidFamily(Protocol):
    """Functions f_1 .. f_n of one resource each, as the solver needs them.

    Each f_i must be continuous, never decreasing, convex left of its inflection and concave right
    of it, with f_i(0) = 0. `derivative` must be the derivative of `value`.
    """

    def __len__(self) -> int:
        """Number n of functions."""
        ...

    def take(self, index: np.ndarray) -> "SigmoidFamily":
        """The family of the functions at some indices."""
        ...

    @property
    def inflection(self) -> np.ndarray:
        """(n,) where each function turns from convex to concave."""
        ...

    def value(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function at its own resource p_i >= 0."""
        ...

    def derivative(self, p: np.ndarray) -> np.ndarray:
        """(n,) each function's derivative at its own resource p_i >= 0."""
        ...


@dataclass(frozen=True, eq=False)
class LatencySigmoids:
    """A logistic function of latency, where latency is inversely proportional to the resource.

    f(p) = peak * logistic(offset - scale / p), f(0) = 0. With a quality L / (1 + exp(alpha
    (latency - beta))) of a latency m + C / p, the offset is alpha (beta - m) and the scale alpha C.

    Attributes:
        peak: L, non-negative; (n,), or any shape for :func:`conjugate`.
        offset: k, dimensionless, finite.
        scale: a, positive, in the unit of the resource.

    Raises:
        ValueError: A parameter is out of its range or not finite, or shapes do not broadcast.
    """

    peak: np.ndarray
    offset: np.ndarray
    scale: np.ndarray

    def __post_init__(self) -> None:
        peak, offset, scale = plain(self.peak), plain(self.offset), plain(self.scale)
        if not peak.shape == offset.shape == scale.shape:
            try:
                shape = np.broadcast_shapes(peak.shape, offset.shape, scale.shape)
            except ValueError:
                raise ValueError(
                    "peak, offset and scale must have shapes that broadcast, got "
                    f"{peak.shape}, {offset.shape} and {scale.shape}"
                ) from None
            peak, offset, scale = (plain(np.broadcast_to(x, shape)) for x in (peak, offset, scale))
        check_values("peak", peak, least=0.0)
        check_values("offset", offset)
        check_values("scale", scale, least=0.0, exclusive=True, hint=_SCALE_HINT)
        object.__setattr__(self, "peak", peak)
        object.__setattr__(self, "offset", offset)
        object.__setattr__(self, "scale", scale)

    def take(self, index: np.ndarray) -> "LatencySigmoids":
        """The functions at some indices of the flattened family, in their order."""
        peak, offset, scale = (a.reshape(-1)[index] for a in (self.peak, self.offset, self.scale))
        return LatencySigmoids(peak, offset, scale)

    def __len__(self) -> int:
        """Number of functions along the first axis."""
        return len(self.peak)

    def value(self, p: np.ndarray) -> np.ndarray:
        """Each function at its own resource, 0 at 0."""
        return self.peak * expit(self.offset - self._load(p))

    def derivative(self, p: np.ndarray) -> np.ndarray:
        """L s (1 - s) w / p with w = scale / p and s = logistic(offset - w); 0 at 0."""
        load = self._load(p)
        x = self.offset - load
        with np.errstate(invalid="ignore", under="ignore", over="ignore"):
            slope = self.peak * expit(x) * expit(-x) * load * (load / self.scale)
        return np.where(np.isfinite(slope), slope, 0.0)

    @property
    def inflection(self) -> np.ndarray:
        """Inflection scale / w, with w tanh((w - offset) / 2) = 2 right of the offset."""
        w = np.array([inflection_w(k) for k in self.offset.reshape(-1).tolist()])
        return self.scale / w.reshape(self.scale.shape)

    def _load(self, p: np.ndarray) -> np.ndarray:
        """W = scale / p, infinite at p = 0 and below."""
        with np.errstate(divide="ignore", over="ignore"):
            return self.scale / (np.maximum(np.asarray(p, dtype=np.float64), 0.0) + 0.0)  # not -0


_SCALE_HINT = "a function without latency has no best allocation, and none serves it at once"
