"""Infos of agents and of copies, which are dictionaries, as arrays."""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Dicts = Mapping[str, Mapping[str, Any]]
Arrays = Mapping[str, NDArray[Any]]


def joined_infos(
    infos: Dicts, shared: Collection[str] = (), split: Collection[str] = ()
) -> dict[str, NDArray[Any]]:
    """Infos of all agents as one array each, (N, ...).

    Args:
        infos: of each agent, with the same keys.
        shared: keys of what is the same for all agents, which is told once.
        split: keys of arrays of which each agent has a part and zeros elsewhere, which are summed.

    Raises:
        ValueError: agents differ in their keys, or in the shape of what they have under a key.
    """
    names, each = list(infos), list(infos.values())
    joined = {key: _stacked(key, names, values) for key, values in _by_key(names, each).items()}
    for key, values in joined.items():
        if key in shared:
            joined[key] = values[0]
        elif key in split and values.ndim > 1:
            joined[key] = values.sum(axis=0)
    return joined


def infos_of_copies(told: Sequence[Arrays | None]) -> dict[str, NDArray[Any]]:
    """Infos of all copies, (E, ...); zeros for those of which there are none.

    Raises:
        ValueError: copies differ in their keys, or in the shape of what they have under a key.
    """
    known = [(f"copy {copy}", infos) for copy, infos in enumerate(told) if infos is not None]
    if not known:
        return {}
    names, each = [name for name, _ in known], [infos for _, infos in known]
    joined = {key: _stacked(key, names, some) for key, some in _by_key(names, each).items()}
    if len(known) < len(told):
        which = np.array([infos is not None for infos in told])
        joined = {key: _spread(values, which) for key, values in joined.items()}
    return joined


def _spread(values: NDArray[Any], which: NDArray[np.bool_]) -> NDArray[Any]:
    """The values of some copies in an array of all, zeros elsewhere."""
    spread = np.zeros((len(which), *values.shape[1:]), values.dtype)
    spread[which] = values
    return spread


def _by_key(names: Sequence[str], each: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """What all have under each key; ValueError names one that has other keys than the first."""
    if len(set(map(len, each))) == 1:
        with contextlib.suppress(KeyError):
            return {key: [infos[key] for infos in each] for key in each[0]}
    other = next(n for n, infos in enumerate(each) if infos.keys() != each[0].keys())
    raise ValueError(
        f"infos must have the same keys everywhere, {names[0]} has {list(each[0])} and "
        f"{names[other]} has {list(each[other])}"
    )


def _stacked(key: str, names: Sequence[str], values: Sequence[Any]) -> NDArray[Any]:
    try:
        return np.array(values)
    except ValueError as error:
        shapes = [np.array(value, object).shape for value in values]
        other = next((n for n, shape in enumerate(shapes) if shape != shapes[0]), 0)
        raise ValueError(
            f"info {key!r} must have the same shape everywhere, {names[0]} has {shapes[0]} and "
            f"{names[other]} has {shapes[other]}"
        ) from error
