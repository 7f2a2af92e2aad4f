"""Runs a policy in an environment, slot by slot, on a random stream of its own.

Training, validation (the periodic check during training) and evaluation draw from disjoint seeds:
training seeds are below 2**32, the others above, each purpose in a block of its own. A policy is
never scored on slots it was trained or selected on.
"""

import functools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edgemarl.core.seeding import derived_seed, named_generator
from edgemarl.core.validation import check_choice, check_count

Policy = Callable[[dict[str, Any]], Mapping[str, Any]]
"""Observations by agent to actions by agent. May also have ``reset(env, rng)``, called at the start
of every episode: ``env`` is the environment, ``rng`` the generator for the policy's own draws. One
that has ``assign()`` is asked for an assignment of users to servers instead of actions."""

STREAMS = {"validation": 1 << 32, "evaluation": 1 << 33}
"""First seed of each purpose; each block holds 2**32 seeds."""


@dataclass(frozen=True)
class Slot:
    """What one slot held and what became of it; other packages' environments only pay rewards."""

    episode: int
    state: Any
    outcome: Any
    rewards: Mapping[str, float]
    decision_time: float  # [s] that the policy took


def episode_seed(stream: str, seed: int, episode: int) -> int:
    """The seed that ``env.reset`` gets for an episode of a stream, above every training seed."""
    check_choice("stream", stream, STREAMS)
    return STREAMS[stream] + derived_seed(seed, stream, episode)


def rollout(
    env: Any, policy: Policy, *, slots: int, seed: int, stream: str = "evaluation"
) -> Iterator[Slot]:
    """Yields the slots of as many episodes as needed; the last may be cut short.

    Args:
        env: a ParallelEnv.
        policy: observations to actions, optionally with ``reset(env, rng)``.
        slots: number of slots to yield.
        seed: seed of the draws; equal seeds give equal draws to every policy.
        stream: "evaluation" or "validation".

    Raises:
        TypeError: if the policy cannot be called, or does not return a mapping.
        ValueError: naming the agent whose action is missing, superfluous or out of its space.
    """
    check_count("slots", slots)
    if not callable(policy):
        raise TypeError(f"policy must be callable, observations -> actions, got {policy!r}")
    done = 0
    for episode in range(slots):
        observations, _ = env.reset(seed=episode_seed(stream, seed, episode))
        if hasattr(policy, "reset"):
            policy.reset(env, named_generator(seed, f"{stream} policy", episode))  # type: ignore[attr-defined]
        while env.agents:
            state = getattr(env.unwrapped, "slot_state", None)
            started = time.perf_counter()
            execute = _decide(env, policy, observations)
            decision_time = time.perf_counter() - started
            observations, rewards, *_ = execute()
            outcome = getattr(env.unwrapped, "last_outcome", None)
            yield Slot(episode, state, outcome, rewards, decision_time)
            done += 1
            if done == slots:
                return


def _decide(env: Any, policy: Policy, observations: dict[str, Any]) -> Callable[[], Any]:
    """What executes the policy's actions, or its assignment where it can give one directly."""
    assign = getattr(policy, "assign", None)
    if assign is not None:
        return functools.partial(env.unwrapped.advance, assign())
    return functools.partial(env.step, _mapping(policy(observations)))


def _mapping(actions: Any) -> dict[str, Any]:
    if not isinstance(actions, Mapping):
        raise TypeError(
            f"policy must return a dict of actions by agent, got {type(actions).__name__}"
        )
    return dict(actions)
