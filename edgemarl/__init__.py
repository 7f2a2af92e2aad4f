"""Multi-agent environments for edge computing with exact, certified resource allocation.

    Scenario --> State --> View.observe --> actions --> View.decode --> assignment
     fixed,      one slot  per agent                                      (U,) int
     validated                                                              |
    rewards, infos <-- Outcome <-- QoE <-- latency <-- allocation <---------+
                                                       exact, with a bound

>>> import edgemarl
>>> env = edgemarl.make("edgemarl/djtcra-servers-v0", scenario="tiny")
>>> observations, infos = env.reset(seed=0)
>>> observations["server_0"].shape
(8, 9)
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from edgemarl.registry import make, register_with_pettingzoo, registered, vector

__all__ = ["__version__", "evaluate", "make", "registered", "vector"]

try:
    __version__ = version("edgemarl")
except PackageNotFoundError:  # run from a checkout that is not installed
    __version__ = "0+unknown"

register_with_pettingzoo()


def evaluate(policy: Any, scenario: Any = "paper", **options: Any) -> Any:
    """Run a policy on slots of a scenario; see :func:`edgemarl.experiments.evaluate`."""
    from edgemarl.experiments import evaluate as run

    return run(policy, scenario, **options)
