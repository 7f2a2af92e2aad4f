"""Reads from an environment what its agents observe and do, and refuses what cannot be learned."""

import dataclasses
from typing import Any

import gymnasium as gym
import numpy as np

from rllib_algos.joint.protocols import CommonObserver, RowOwner
from rllib_algos.joint.spaces import (
    Action,
    CategoricalAction,
    JointSpaces,
    Observation,
    action_of,
    group_agents,
    observation_of,
)


def joint_spaces(env: Any) -> JointSpaces:
    """Returns the joint spaces of a PettingZoo ParallelEnv.

    Raises:
        TypeError: the object is not a ParallelEnv.
        ValueError: a space is not supported, or `row_owner()` does not fit the spaces.
    """
    agents = check_parallel_env(env)
    observations = [env.observation_space(agent) for agent in agents]
    actions = [env.action_space(agent) for agent in agents]
    base = env.unwrapped
    if isinstance(base, RowOwner) and base.row_owner() is not None:
        return _row_spaces(env, agents, observations, actions)
    encoders = [observation_of(s, a) for s, a in zip(observations, agents, strict=True)]
    heads = [action_of(s, a) for s, a in zip(actions, agents, strict=True)]
    common = isinstance(base, CommonObserver) and base.observes_alike()
    if common and len(set(encoders)) > 1:
        raise ValueError("an environment with observes_alike() needs equal observation spaces")
    groups = group_agents(agents, encoders, heads)
    return JointSpaces(agents=agents, groups=groups, common_observation=common)


def check_parallel_env(env: Any) -> tuple[str, ...]:
    """Returns the agents of a ParallelEnv in its own order; raises TypeError for anything else."""
    needed = ("possible_agents", "observation_space", "action_space", "reset", "step")
    missing = [name for name in needed if not hasattr(env, name)]
    is_aec = hasattr(env, "agent_iter")
    if missing or is_aec or not callable(env.observation_space):
        raise TypeError(
            f"the environment must be a PettingZoo ParallelEnv, got {type(env).__name__}"
            + (f" without {', '.join(missing)}" if missing else "")
            + "; an AEC environment can be converted with pettingzoo.utils.conversions."
            "aec_to_parallel"
        )
    if not env.possible_agents:
        raise ValueError("the environment has no possible_agents; it must name at least one")
    return tuple(str(agent) for agent in env.possible_agents)


def _row_spaces(
    env: Any, agents: tuple[str, ...], observations: list[gym.Space], actions: list[gym.Space]
) -> JointSpaces:
    shape = observations[0].shape
    if shape is None or len(shape) != 2:
        raise ValueError(
            "an environment with row_owner() needs observations of shape (R, F), got "
            f"{observations[0]} for agent {agents[0]!r}"
        )
    for agent, observed, acted in zip(agents, observations, actions, strict=True):
        if observed.shape != shape or acted != actions[0]:
            raise ValueError(
                "an environment with row_owner() needs equal spaces for all agents; "
                f"{agent!r} has {observed} and {acted}, {agents[0]!r} has {observations[0]} "
                f"and {actions[0]}"
            )
    head = _row_action(actions[0], shape[0], agents[0])
    encoder = Observation(size=int(np.prod(shape)))
    groups = group_agents(agents, [encoder] * len(agents), [head] * len(agents))
    return JointSpaces(agents=agents, groups=groups, state_shape=(shape[0], shape[1]))


def _row_action(space: gym.Space, rows: int, agent: str) -> CategoricalAction:
    action: Action = action_of(space, agent)
    if isinstance(action, CategoricalAction) and action.rows == rows and not action.ragged:
        return action
    if isinstance(space, gym.spaces.Box) and len(space.shape) == 2 and space.shape[0] == rows:
        width = space.shape[1]
        head = CategoricalAction(
            sizes=(width,) * rows, starts=(0,) * rows, shape=space.shape, dtype=str(space.dtype)
        )
        return dataclasses.replace(head, probabilities=True)
    raise ValueError(
        f"an environment with row_owner() and {rows} rows needs actions MultiDiscrete([H] * {rows})"
        f" or Box ({rows}, H), got {space}"
    )
