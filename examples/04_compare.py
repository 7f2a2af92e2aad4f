"""Compares a policy of your own with the baselines and the bound, on the same slots.

How to run:     python examples/04_compare.py
How long:       seconds (half a minute the first time, when the solver is compiled)
What to expect: a table of four policies and the certified upper bound on the tiny scenario, once
                for other slots of one topology and once for other topologies. `fastest` ignores
                where users are, so it loses to the informed rules.

The same for policies by name: edgemarl compare nearest greedy static-price --scenario tiny
"""

from typing import Any

import numpy as np
from rich.console import Console

from edgemarl.experiments import compare
from edgemarl.experiments.tables import comparison_table


class Fastest:
    """Sends every task to a server with a probability in proportion to its capacity."""

    name = "fastest"

    def reset(self, env: Any, rng: np.random.Generator) -> None:
        """Look at the scenario; `rng` is the evaluation's own stream for this policy."""
        scenario = env.unwrapped.scenario
        self.rng, self.users = rng, scenario.num_users
        self.share = scenario.capacity / scenario.capacity.sum()

    def __call__(self, observations: dict[str, Any]) -> dict[str, Any]:
        """A server for each user, from every agent; only the rows of its own users count."""
        return {
            agent: self.rng.choice(len(self.share), size=self.users, p=self.share)
            for agent in observations
        }


def main() -> None:
    """Print both comparisons."""
    policies = ["nearest", "greedy", "static-price", Fastest()]
    for topologies in (1, 5):
        comparison = compare(policies, "tiny", slots=40, topologies=topologies)
        Console().print(comparison_table(comparison))


if __name__ == "__main__":
    main()
