"""The environments that `environment.py` measures: any number of users at the same load."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from edgemarl import djtcra, mec
from edgemarl.djtcra.env import DJTCRAEnv
from edgemarl.mec.env import MECEnv

Part = Callable[[], object]
PREPARED = 5  # random joint actions, taken in turn
PAPER, N180 = djtcra.Scenario(), mec.load_scenario("n180")


def servers(users: int, **options: Any) -> DJTCRAEnv:
    """Task and resource allocation with the paper's seven servers as agents."""
    return DJTCRAEnv(view="servers", scenario=_grown(users), **options)


def users(users: int, **options: Any) -> DJTCRAEnv:
    """Task and resource allocation with users as agents."""
    return DJTCRAEnv(view="users", scenario=_grown(users), **options)


def offloading(users: int) -> MECEnv:
    """Offloading to the eight servers of `n180`."""
    capacity = tuple(users / N180.num_devices * N180.capacity)
    return MECEnv(N180.replace(num_devices=users, server_capacity=capacity))


CASES: Mapping[str, Callable[..., Any]] = {
    "djtcra_servers": servers,
    "djtcra_users": users,
    "mec": offloading,
}
LAZY = ("djtcra_servers", "djtcra_users")  # which can make observations when they are looked up


def eager(name: str) -> Callable[[int], Any]:
    """A case whose every step makes all agents' observations and infos, by number of users."""
    return functools.partial(CASES[name], **({"lazy": False} if name in LAZY else {}))


def lazy(name: str) -> Callable[[int], Any]:
    """A case of `LAZY` that makes observations and infos when they are looked up."""
    return functools.partial(CASES[name], lazy=True)


def _grown(users: int) -> djtcra.Scenario:
    """The paper's scenario, whose servers are as much faster as there are more users."""
    share = users / PAPER.num_users
    capacity = tuple(share * power for power in PAPER.server_capacity)
    return PAPER.replace(num_users=users, server_capacity=capacity)


def stepper(env: Any) -> Part:
    """What steps with one of a few random joint actions, and resets where an episode is over."""
    env.reset(seed=0)
    agents = env.possible_agents
    for number, agent in enumerate(agents):
        env.action_space(agent).seed(number)
    actions = [{a: env.action_space(a).sample() for a in agents} for _ in range(PREPARED)]
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        env.step(actions[steps % PREPARED])
        if not env.agents:
            env.reset()

    return step
