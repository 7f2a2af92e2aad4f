"""Checks at the solver's boundary: one wording for every error, cheap enough for every call."""

from typing import Any

import numpy as np

from edgemarl.solvers._compile import entry, sources_digest


def _build(digest: int) -> Any:
    @entry
    def first_outside(values, least, exclusive):
        _ = digest
        for i in range(values.size):
            x = values[i]
            if not (-np.inf < x < np.inf and x >= least) or (exclusive and x == least):
                return i
        return -1

    return first_outside


_first_outside = _build(sources_digest())


def plain(array: Any) -> np.ndarray:
    """The array as contiguous, writeable float64, without a copy where it is that already."""
    result = np.asarray(array, dtype=np.float64, order="C")
    return result if result.flags.writeable else result.copy()


def broadcast_columns(parameters: Any, *names: str) -> None:
    """Make some attributes of a frozen dataclass plain arrays of one shape, at least (1,).

    Args:
        parameters: The dataclass instance.
        names: Its attributes.

    Raises:
        ValueError: The shapes do not broadcast.
    """
    arrays = [np.atleast_1d(plain(getattr(parameters, name))) for name in names]
    try:
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise ValueError(f"{', '.join(names)} must broadcast, got shapes {shapes}") from None
    for name, array in zip(names, arrays, strict=True):
        object.__setattr__(parameters, name, plain(np.broadcast_to(array, shape)))


def check_values(
    name: str, array: np.ndarray, *, least: float = -np.inf, exclusive: bool = False, hint: str = ""
) -> None:
    """Raise unless every entry of a plain array is finite and at least (or above) `least`.

    Args:
        name: What the array is called in the error.
        array: Values, any shape.
        least: Smallest value allowed; -inf allows every finite value.
        exclusive: Whether `least` itself is refused.
        hint: What to do about it, appended to the error.

    Raises:
        ValueError: Naming the first entry outside.
    """
    bad = _first_outside(array.reshape(-1), least, exclusive)
    if bad < 0:
        return
    where = "" if array.ndim == 0 else f" at index {_position(bad, array.shape)}"
    if least == -np.inf:
        need = "finite"
    elif exclusive:
        need = "positive and finite" if least == 0 else f"above {least} and finite"
    else:
        need = "non-negative and finite" if least == 0 else f"at least {least} and finite"
    found = array.reshape(-1)[bad]
    raise ValueError(f"{name} must be {need}, got {found}{where}{hint and '; ' + hint}")


def _position(flat: int, shape: tuple[int, ...]) -> int | tuple[int, ...]:
    if len(shape) == 1:
        return int(flat)
    return tuple(int(i) for i in np.unravel_index(flat, shape))
