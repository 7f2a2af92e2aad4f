"""Checks with one wording for every error: the thing, what it must be, what it was."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgemarl.core.compiled import extent


def as_finite(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """The value as a float array; ValueError where an entry is NaN, infinite or not a number."""
    try:
        array = np.asarray(value)
    except ValueError as error:  # rows of different lengths
        raise ValueError(f"{name} must be numeric, got {value!r}") from error
    if array.dtype.kind not in "iuf":  # a text such as "5e9" is not a number
        raise ValueError(f"{name} must be numeric, got {value!r}")
    array = array.astype(float)
    _require(np.isfinite(array), name, "finite", array)
    return array


def check_number(name: str, value: Any) -> None:
    """ValueError unless the value is one finite number."""
    if as_finite(name, value).ndim:
        raise ValueError(f"{name} must be a number, got {value!r}")


def check_switch(name: str, value: Any) -> None:
    """ValueError unless the value is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {value!r}")


def check_positive(name: str, value: ArrayLike) -> None:
    """ValueError unless every entry is finite and above zero."""
    array = as_finite(name, value)
    _require(array > 0, name, "positive", array)


def check_nonnegative(name: str, value: ArrayLike) -> None:
    """ValueError unless every entry is finite and zero or above."""
    array = as_finite(name, value)
    _require(array >= 0, name, "zero or positive", array)


def check_probability(name: str, value: ArrayLike) -> None:
    """ValueError unless every entry lies in [0, 1]."""
    array = as_finite(name, value)
    _require((array >= 0) & (array <= 1), name, "between 0 and 1", array)


def check_range(name: str, value: Any, *, positive: bool = True) -> None:
    """ValueError unless the value is a pair (low, high) with low <= high, positive if asked."""
    array = as_finite(name, value)
    if array.shape != (2,) or array[0] > array[1]:
        raise ValueError(f"{name} must be a pair (low, high) with low <= high, got {value!r}")
    if positive:
        check_positive(name, array)


def check_count(name: str, value: Any, *, minimum: int = 1) -> None:
    """ValueError unless the value is an integer of at least the minimum."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < minimum:
        raise ValueError(f"{name} must be an integer of at least {minimum}, got {value!r}")


def check_choice(name: str, value: Any, choices: Collection[Any]) -> None:
    """ValueError unless the value is one of the choices."""
    if value not in choices:
        listed = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"{name} must be one of {listed}, got {value!r}")


def check_shape(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    """ValueError unless the array has the shape."""
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")


def check_servers(
    name: str, server: NDArray[np.int64], num_servers: int, *, lowest: int = 0
) -> None:
    """ValueError unless every entry is an integer from `lowest` to the last server's index."""
    if not np.issubdtype(server.dtype, np.integer):
        raise ValueError(f"{name} must hold integers, got {server.dtype}")
    if not server.size:
        return
    least, greatest = extent(server)
    if least < lowest or greatest >= num_servers:
        index = int(((server < lowest) | (server >= num_servers)).argmax())
        raise ValueError(
            f"{name} must be a server index from {lowest} to {num_servers - 1}, "
            f"got {server[index]} at index {index}"
        )


def check_place(path: Path) -> None:
    """ValueError where a file cannot be written as its folder does not exist."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise ValueError(f"{path} must lie in an existing folder, got {folder}")


def _require(good: NDArray[np.bool_], name: str, demand: str, array: NDArray[np.float64]) -> None:
    if good.all():
        return
    where = tuple(int(i) for i in np.argwhere(~good)[0]) if array.ndim else ()
    place = f" at index {where[0] if len(where) == 1 else where}" if where else ""
    raise ValueError(f"{name} must be {demand}, got {array[where]}{place}")
