"""Rollouts that behaviour must reproduce: ``python -m tests.golden.record`` writes them anew.

Record only together with a new version of the environment and a line in the changelog. A refactor
changes no golden file.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

import edgemarl
from edgemarl.registry import system_of

FOLDER = Path(__file__).parent
SLOTS, SEED = 4, 7
WALK = {"mobility": "random_walk", "migration_delay": 0.05, "arrivals": "bernoulli"}
# File name -> environment, overrides of the tiny scenario, options. Episodes end after 3 slots.
RECORDINGS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "servers": ("edgemarl/djtcra-servers-v0", {}, {"report_bound": True}),
    "servers-probability": ("edgemarl/djtcra-servers-v0", {}, {"action": "probability"}),
    "servers-walk": ("edgemarl/djtcra-servers-v0", WALK, {"reward": "local"}),
    "users": ("edgemarl/djtcra-users-v0", {"allocation": "cloud_aware"}, {}),
    "users-equal-share": (
        "edgemarl/djtcra-users-v0",
        {"allocation": "equal_share", "qoe": "log_logistic", "channel": "log_distance"},
        {"reward": "local"},
    ),
    "mec": ("edgemarl/mec-v0", {}, {"report_bound": True}),
    "mec-capacity": (
        "edgemarl/mec-v0",
        {
            "tasks": "uniform",
            "positions": "levy",
            "motion": "redraw",
            "server_positions": None,
            "fading": "rayleigh",
            "observation": "max_scaled",
        },
        {"vote": "capacity", "reward": "negative_objective"},
    ),
}
SMALLER = {"djtcra": {"num_users": 4}, "mec": {"num_devices": 4}}
RECORDED = {  # attributes of the outcomes of each system
    "djtcra": ("assignment", "served_by", "qoe", "latency"),
    "mec": ("assignment", "power", "frequency", "latency", "energy"),
}


def random_servers(env: Any, rng: np.random.Generator) -> dict[str, Any]:
    """Actions that mean a random server for every user."""
    scenario = env.scenario
    return env.view.encode(rng.integers(scenario.num_servers, size=scenario.num_users))


def random_scores(env: Any, rng: np.random.Generator) -> dict[str, Any]:
    """Random scores of every server."""
    return {agent: rng.random(env.scenario.num_devices) for agent in env.agents}


ACTIONS = {"djtcra": random_servers, "mec": random_scores}


def play(name: str) -> list[dict[str, Any]]:
    """One dictionary for each reset and each slot of a recording, of plain numbers."""
    env_id, overrides, options = RECORDINGS[name]
    system = system_of(env_id)
    assert system is not None
    scenario = system.scenarios["tiny"].with_overrides({**SMALLER[system.name], **overrides})
    env: Any = edgemarl.make(env_id, scenario=scenario, max_cycles=3, **options)
    rng = np.random.default_rng(SEED)
    observations, infos = env.reset(seed=SEED)
    record = [{"observations": observations, "infos": infos}]
    for _ in range(SLOTS):
        if not env.agents:
            observations, infos = env.reset()
            record.append({"observations": observations, "infos": infos})
        actions = ACTIONS[system.name](env, rng)
        observations, rewards, _, truncations, infos = env.step(actions)
        outcome = env.last_outcome
        record.append(
            {
                "observations": observations,
                "rewards": rewards,
                "truncations": truncations,
                "infos": infos,
                **{attribute: getattr(outcome, attribute) for attribute in RECORDED[system.name]},
            }
        )
    return plain(record)


def plain(value: Any) -> Any:
    """Arrays and numpy's numbers as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def main() -> None:
    """Write every recording beside this file."""
    for name in RECORDINGS:
        lines = ",\n".join(json.dumps(entry) for entry in play(name))
        (FOLDER / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
