"""Rules to compare policies with, from the blind to the fully informed.

A server whose computing resource is insufficient serves nobody more: by the capacity rule it takes
no more devices than it computes at least as fast as they would themselves (`local_limit`), and the
others compute themselves.
"""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.baselines import Assignment, Baselines
from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.heuristics import Heuristic
from edgemarl.mec.optimum import optimal_assignment
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State
from edgemarl.mec.topology import squared_distance
from edgemarl.mec.votes import LOCAL


def local(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """Every device computes its task itself."""
    return np.full(scenario.num_devices, LOCAL)


def random(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """A uniform choice among the servers and the device itself; servers keep the cheapest."""
    wanted = rng.integers(LOCAL, scenario.num_servers, size=scenario.num_devices)
    return keep_first(scenario, wanted, SlotCosts.of(scenario, state).offload)


def remote(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """Every device wants its nearest server; servers keep those that transmit most cheaply."""
    cost = SlotCosts.of(scenario, state).offload
    return keep_first(scenario, nearest_server(scenario, state), cost)


def remote_saving(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """Every device wants its nearest server; servers keep those that would cost most themselves.

    More precisely, those whose own computation costs most above their transmission. Where all
    tasks are equal that is the rule `remote`.
    """
    costs = SlotCosts.of(scenario, state)
    loss = costs.offload - costs.local[:, None]
    return keep_first(scenario, nearest_server(scenario, state), loss)


def remote_uncapped(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """Every device offloads to its nearest server, however many there are."""
    return nearest_server(scenario, state)


def exact(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """The optimal assignment, of unequal tasks a near-optimal one, fully informed."""
    return optimal_assignment(scenario, state)


def nearest_server(scenario: Scenario, state: State) -> Assignment:
    """The nearest server of every device, (N,)."""
    servers = scenario.topology.server_positions
    return squared_distance(state.position, servers).argmin(axis=1)


def keep_first(
    scenario: Scenario, wanted: NDArray[np.int64], order: NDArray[np.float64]
) -> Assignment:
    """An assignment (N,) by the capacity rule.

    Args:
        scenario: gives the devices that each server takes at most.
        wanted: (N,) server of each device, or -1 for itself.
        order: (N, M); each server keeps the devices with the least of it.
    """
    assignment = wanted.copy()
    for server, most in enumerate(scenario.local_limit):
        devices = np.flatnonzero(wanted == server)
        first = np.argsort(order[devices, server], kind="stable")
        assignment[devices[first[most:]]] = LOCAL
    return assignment


BASELINES = Baselines(
    {
        "random": lambda: random,
        "remote": lambda: remote,
        "remote-saving": lambda: remote_saving,
        "remote-uncapped": lambda: remote_uncapped,
        "local": lambda: local,
        "exact": lambda: exact,
        "pso": lambda: Heuristic(method="pso"),
        "de": lambda: Heuristic(method="de"),
    },
    aliases={"nearest": "remote"},
)
baseline_names, make_baseline = BASELINES.names, BASELINES.make
