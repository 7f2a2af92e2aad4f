"""Rollouts that behaviour must reproduce: ``python -m tests.golden.record`` writes them anew.

Record only together with a new version of the environment and a line in the changelog. A refactor
changes no golden file.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

import edgemarl
from edgemarl.djtcra import SCENARIOS

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
}


def play(name: str) -> list[dict[str, Any]]:
    """One dictionary for each reset and each slot of a recording, of plain numbers."""
    env_id, overrides, options = RECORDINGS[name]
    scenario = SCENARIOS["tiny"].with_overrides({"num_users": 4, **overrides})
    env: Any = edgemarl.make(env_id, scenario=scenario, max_cycles=3, **options)
    rng = np.random.default_rng(SEED)
    observations, infos = env.reset(seed=SEED)
    record = [{"observations": observations, "infos": infos}]
    for _ in range(SLOTS):
        if not env.agents:
            observations, infos = env.reset()
            record.append({"observations": observations, "infos": infos})
        actions = env.view.encode(rng.integers(scenario.num_servers, size=scenario.num_users))
        observations, rewards, _, truncations, infos = env.step(actions)
        outcome = env.last_outcome
        record.append(
            {
                "observations": observations,
                "rewards": rewards,
                "truncations": truncations,
                "infos": infos,
                "assignment": outcome.assignment,
                "served_by": outcome.served_by,
                "qoe": outcome.qoe,
                "latency": outcome.latency,
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
