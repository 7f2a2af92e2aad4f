"""Environment steps per CPU second at 100 users with random actions, and where the time goes.

    python benchmarks/environment.py

Takes about half a minute. Parts are medians in microseconds of CPU per slot. Steps per second are
given for the fastest of several stretches, which comes closest to an idle core, and the median.
"""

import statistics
from typing import Any

import numpy as np
from _report import cpu_seconds, report, stretches

import edgemarl
from edgemarl.djtcra import Scenario, evaluate, next_state, slot_bound
from edgemarl.djtcra.env import DJTCRAEnv

MICROSECOND = 1e-6


def main() -> None:
    """Measure the paper's scenario in both views and print the report."""
    results: dict[str, Any] = {}
    for view in ("servers", "users"):
        env = edgemarl.make(f"edgemarl/djtcra-{view}-v0", scenario="paper")
        step = _stepper(env)
        seconds = stretches(step, calls=200, repeats=25)
        results[f"{view}_steps_per_cpu_second"] = round(1 / min(seconds))
        results[f"{view}_steps_per_cpu_second_median"] = round(1 / statistics.median(seconds))
    results["servers_parts_us"] = _parts()
    report("environment", results)


def _stepper(env: Any) -> Any:
    """A function that steps with one of twenty random joint actions, and resets as needed."""
    env.reset(seed=0)
    agents = env.possible_agents
    actions = [{agent: env.action_space(agent).sample() for agent in agents} for _ in range(20)]
    counter = 0

    def step() -> None:
        nonlocal counter
        counter += 1
        env.step(actions[counter % len(actions)])
        if not env.agents:
            env.reset()

    return step


def _parts() -> dict[str, float]:
    """CPU microseconds of each part of a slot with servers as agents."""
    env = DJTCRAEnv(view="servers", scenario="paper")
    env.reset(seed=0)
    scenario, state, view, rng = env.scenario, env.slot_state, env.view, np.random.default_rng(0)
    assert state is not None
    actions = {agent: env.action_space(agent).sample() for agent in env.possible_agents}
    assignment = view.decode(actions, state)
    outcome = evaluate(scenario, state, assignment)
    equal_share = Scenario(allocation="equal_share")  # type: ignore[arg-type]
    parts = {
        "draw": lambda: next_state(scenario, state, assignment, rng),
        "decode": lambda: view.decode(actions, state),
        "evaluate": lambda: evaluate(scenario, state, assignment),
        "evaluate_with_equal_share": lambda: evaluate(equal_share, state, assignment),
        "observe": lambda: view.observe(state),
        "rewards_and_infos": lambda: (view.rewards(state, outcome), view.infos(state, outcome)),
        "upper_bound": lambda: slot_bound(scenario, state),
    }
    calls = {"upper_bound": 5}
    return {
        name: round(cpu_seconds(part, calls=calls.get(name, 300)) / MICROSECOND, 1)
        for name, part in parts.items()
    }


if __name__ == "__main__":
    main()
