"""Checks of what a batch of copies is given: seeds, arrays, and whether copies can go on."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.validation import check_count, check_shape
from edgemarl.core.vector_step import Seeds

NOT_RESET = "copy {} must be reset first: call reset(seeds)"
NO_ROWS = "rows of the state must have owners to step by rows, here they have none; use step"


def checked_seeds(seeds: Seeds, num_envs: int) -> list[int | None]:
    """The seeds of all copies as Python's integers; ValueError unless each has one or None."""
    given: Any = seeds.tolist() if isinstance(seeds, np.ndarray) else seeds
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise ValueError(
            f"seeds must be a list with an integer or None for every copy, got {seeds!r}"
        )
    if len(given) != num_envs:
        raise ValueError(f"seeds must be {num_envs}, one for every copy, got {len(given)}")
    for copy, seed in enumerate(given):
        if seed is not None:
            in_copy(copy, functools.partial(check_count, "seed", seed, minimum=0))
    return [None if seed is None else int(seed) for seed in given]


def check_which(which: NDArray[np.bool_] | None, num_envs: int) -> NDArray[np.bool_]:
    """The copies to reset, (E,) bool, all by default; ValueError for anything else."""
    chosen = np.ones(num_envs, bool) if which is None else np.asarray(which)
    check_shape("which", chosen, (num_envs,))
    if chosen.dtype != bool:
        raise ValueError(f"which must hold True or False for every copy, got {chosen.dtype}")
    return chosen


def as_array(name: str, values: Any) -> NDArray[Any]:
    """The values as an array; ValueError where they have no shape."""
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"{name} must be one array of all copies, got lists of different lengths"
        ) from error


def require_running(running: NDArray[np.bool_]) -> None:
    """RuntimeError naming the first copy whose episode is over."""
    if not running.all():
        copy = int(running.argmin())
        raise RuntimeError(
            f"step must follow a reset: the episode of copy {copy} is over, "
            "call reset(seeds, which) first"
        )


def in_copy(copy: int, call: Callable[[], Any]) -> Any:
    """What a call returns; its ValueError with the copy's index in front."""
    try:
        return call()
    except ValueError as error:
        raise ValueError(f"copy {copy}: {error}") from error
