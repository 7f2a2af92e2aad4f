"""Policies for tables of another length than they were trained on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from rllib_algos.joint.spaces import CategoricalAction, Group, JointSpaces, Observation


def spaces_for(spaces: JointSpaces, observations: Mapping[str, Any]) -> JointSpaces:
    """Returns spaces for what is observed, where only the number of rows is another.

    Rows are those of a table that agents own, or the agents themselves. Anything else that
    differs is left as it is, and will not fit.

    Args:
        spaces: that a policy for rows was trained on.
        observations: of all agents, by name.
    """
    (group,) = spaces.groups
    if spaces.state_shape is None:
        count = len(observations)
        group = replace(group, agents=tuple(range(count)))
        return replace(spaces, agents=tuple(observations), groups=(group,))
    shape = np.shape(next(iter(observations.values()), ()))
    features = spaces.state_shape[1]
    if len(shape) != 2 or shape[1] != features:
        return spaces
    return replace(spaces, groups=(_resized(group, shape),), state_shape=(shape[0], features))


def _resized(group: Group, shape: tuple[int, int]) -> Group:
    rows, action = shape[0], group.action
    assert isinstance(action, CategoricalAction)
    resized = replace(
        action,
        sizes=action.sizes[:1] * rows,
        starts=action.starts[:1] * rows,
        shape=(rows, *action.shape[1:]),
    )
    return replace(group, observation=Observation(size=rows * shape[1]), action=resized)
