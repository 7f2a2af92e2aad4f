"""Algorithms at work on the paper's scenario, for what they take of time and memory."""

from collections.abc import Mapping
from typing import Any

from edgemarl.djtcra import load_scenario
from edgemarl.experiments.backend import Learner
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.task import DEFAULT_ENV

ALGORITHMS = ("maddpg", "ma_maxent", "vdn", "idqn", "shadow_price")
NEVER = 10**9


def learner(algorithm: str, settings: Mapping[str, Any]) -> Learner:
    """Servers of the paper's scenario that learn by an algorithm; starts ray if it does not run.

    Args:
        algorithm: its registered name.
        settings: the algorithm's that differ from its defaults.
    """
    manifest = Manifest(
        algorithm=algorithm,
        env_id=DEFAULT_ENV,
        env_kwargs={},
        scenario=load_scenario("paper").to_dict(),
        settings=dict(settings),
        seed=0,
        env_runners=0,
    )
    return Learner(manifest)
