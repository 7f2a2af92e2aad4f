"""Samples per second of env runners on two nodes of a cluster against one, on this machine.

    python benchmarks/distributed.py [--quick]

Takes about three minutes. Two nodes of Ray run on this machine beside a head that computes nothing,
so that a machine with cores to spare can show that runners on another node cost no more than on the
same: `two_on_two_nodes` against `two_on_one_node`. That concludes nothing where `two_on_one_node`
is not well above `one`. VDN samples the paper's scenario and learns nothing; seconds are those of
the clock, as several processes work, so that only a machine with nothing else to do gives numbers
that mean something.
"""

import argparse
import logging
import statistics
import time
from typing import Any

import ray
from _report import report
from _turns import Rate, in_turns, ratio
from ray.cluster_utils import Cluster

import edgemarl
from rllib_algos import VDNConfig

FRAGMENT, NEVER = 100, 10**9
# Each node has what the runners ask for that are to run on it.
NODES = ({"alone": 1, "pair": 2, "spread": 1}, {"spread": 1})
RUNNERS = {"one": ("alone", 1), "two_on_one_node": ("pair", 2), "two_on_two_nodes": ("spread", 2)}
CPUS_OF_A_NODE = 4  # those of all runners that live on it, of which one team works at a time


def algorithm(resource: str, count: int) -> Any:
    """An algorithm whose env runners take a resource each."""
    config = (
        VDNConfig()
        .environment(lambda config: edgemarl.make("edgemarl/djtcra-servers-v0", scenario="paper"))
        .env_runners(
            num_env_runners=count,
            rollout_fragment_length=FRAGMENT,
            custom_resources_per_env_runner={resource: 1},
        )
        .training(learning_starts=NEVER, replay_capacity=10 * FRAGMENT)
        .debugging(seed=0, log_level="ERROR")
    )
    return config.build_algo()


def nodes(team: Any) -> list[str]:
    """On which nodes an algorithm's env runners are."""
    return team.env_runner_group.foreach_env_runner(
        lambda runner: ray.get_runtime_context().get_node_id(), local_env_runner=False
    )


def by_the_clock(team: Any) -> Rate:
    """Slots per second of sampling into the replay."""

    def rate(seconds: float) -> float:
        slots, start = 0, time.monotonic()
        while slots == 0 or time.monotonic() - start < seconds:
            slots += team._sample()
        return slots / (time.monotonic() - start)

    return rate


def measure(rounds: int, seconds: float) -> dict[str, Any]:
    """Rates and ratios of the three teams of env runners, which take turns."""
    teams = {name: algorithm(*which) for name, which in RUNNERS.items()}
    try:
        placed = {name: len(set(nodes(team))) for name, team in teams.items()}
        rates = {name: by_the_clock(team) for name, team in teams.items()}
        seen = in_turns(rates, rounds=rounds, seconds=seconds)
    finally:
        for team in teams.values():
            team.stop()
    return {
        "slots_per_second": {name: statistics.median(r) for name, r in seen.items()},
        "nodes": placed,
        "two_on_one_node_over_one_runner": ratio(seen["two_on_one_node"], seen["one"]),
        "two_nodes_over_one_runner": ratio(seen["two_on_two_nodes"], seen["one"]),
        "two_nodes_over_one_node": ratio(seen["two_on_two_nodes"], seen["two_on_one_node"]),
    }


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="Samples per second on two nodes against one.")
    parser.add_argument("--quick", action="store_true", help="little, to try it out")
    quick = parser.parse_args().quick
    head = {"num_cpus": 0, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        for resources in NODES:
            cluster.add_node(num_cpus=CPUS_OF_A_NODE, resources=resources)
        ray.init(cluster.address, log_to_driver=False, logging_level=logging.ERROR)
        results = measure(1, 0.1) if quick else measure(7, 5.0)
    finally:
        ray.shutdown()
        cluster.shutdown()
    report("distributed", results)


if __name__ == "__main__":
    main()
