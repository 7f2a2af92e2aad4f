"""The environments that `environment.py` measures: any number of users at the same load."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from _solver_slots import Recorder

from edgemarl import djtcra, mec
from edgemarl.djtcra.env import DJTCRAEnv
from edgemarl.mec import allocation as powers
from edgemarl.mec.env import MECEnv
from edgemarl.mec.votes import LOCAL

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


CASES: Mapping[str, Callable[[int], Any]] = {
    "djtcra_servers": servers,
    "djtcra_users": users,
    "mec": offloading,
}


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


def parts(env: Any) -> dict[str, Part]:
    """What a step does, in parts: draw, evaluate and the allocation within, and observe."""
    env.reset(seed=0)
    scenario, state, view, rng = env.scenario, env.slot_state, env.view, np.random.default_rng(0)
    actions = {agent: env.action_space(agent).sample() for agent in env.possible_agents}
    assignment = view.decode(actions, state)
    system = djtcra if isinstance(env, DJTCRAEnv) else mec
    shared = _djtcra_allocation if system is djtcra else _mec_allocation
    return {
        "draw": lambda: system.next_state(scenario, state, assignment, rng),
        "evaluate": lambda: system.evaluate(scenario, state, assignment),
        "allocation": shared(scenario, state, assignment),
        "observation": lambda: view.observe(state),
    }


def _djtcra_allocation(scenario: Any, state: Any, assignment: Any) -> Part:
    """Problem (17) of all servers."""
    recorder = Recorder()
    djtcra.evaluate(scenario.replace(allocation=recorder), state, assignment)
    return lambda: scenario.allocation.allocate(recorder.problem)


def _mec_allocation(scenario: Any, state: Any, assignment: Any) -> Part:
    """Best powers of all devices that offload, and the servers' shares."""
    away = np.flatnonzero(assignment != LOCAL)
    snr = state.gain[away, assignment[away]] / scenario.noise_power

    def allocate() -> tuple[object, object]:
        best = powers.best_power(snr, scenario.weight_ratio, scenario.max_power)
        return best, powers.shares(assignment, np.sqrt(state.cycles), scenario.capacity)

    return allocate
