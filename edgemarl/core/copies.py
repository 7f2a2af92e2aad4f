"""Copies of an environment: whether they are alike, and one copy's part of what all have."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def configured_alike(
    envs: Sequence[Any], kind: type, options: Callable[[Any], tuple[Any, ...]]
) -> bool:
    """Whether copies can be stepped together as far as their template knows.

    They must be of one class and not of one derived from it, which may do anything, configured
    alike, and without windows, each of which shows its copy step by step.

    Args:
        envs: the copies.
        kind: the class.
        options: of a copy, beyond those of ``EdgeEnv``.
    """
    if any(type(env) is not kind or env.render_mode == "human" for env in envs):
        return False
    own = [
        (type(env.view), env.max_cycles, env.report_bound, env.render_mode, *options(env))
        for env in envs
    ]
    return all(one == own[0] for one in own)


def part_of(
    outcome: Any,
    copy: int,
    num_users: int,
    num_servers: int,
    *,
    of_servers: Sequence[str] = (),
    indices: Sequence[str] = (),
) -> Any:
    """One copy's part of the outcome of all, which stand in a row as users and servers of one.

    Args:
        outcome: a dataclass whose arrays have an entry for each user.
        copy: which.
        num_users: of a copy.
        num_servers: of a copy.
        of_servers: names of arrays that have an entry for each server instead.
        indices: names of arrays of server indices, negative where there is none.
    """
    fields: dict[str, Any] = {}
    for name in outcome.__dataclass_fields__:
        values = getattr(outcome, name)
        if isinstance(values, np.ndarray):
            size = num_servers if name in of_servers else num_users
            values = values[copy * size : (copy + 1) * size].copy()
        if name in indices:
            values[values >= 0] -= copy * num_servers
        fields[name] = values
    return type(outcome)(**fields)
