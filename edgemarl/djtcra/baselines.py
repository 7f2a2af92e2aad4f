"""Rules to compare policies with, from the blind to the fully informed."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.baselines import Assignment, Baselines
from edgemarl.djtcra.broadcast import slot_prices
from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.latency import forwarding_latency
from edgemarl.djtcra.optimum import near_optimal_assignment
from edgemarl.djtcra.outcome import CLOUD
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State


def nearest(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """DAES: every task stays at the server of its own RAN."""
    return state.ran.copy()


def random(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """A uniform server for every task."""
    return rng.integers(scenario.num_servers, size=scenario.num_users)


def greedy(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """GA-Aware: the server with the smallest processing factor eta."""
    return state.processing_factor.argmin(axis=1)


def greedy_forwarding(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """The server with the least forwarding and processing latency at an equal share of its power.

    The share is the capacity of a server over the mean number of tasks of one.
    """
    servers = np.arange(scenario.num_servers)
    tasks = max(np.count_nonzero(state.active), 1) / scenario.num_servers
    size = (state.volume * state.intensity)[:, None]
    with np.errstate(divide="ignore"):  # a server that has failed takes for ever
        processing = state.processing_factor * size * tasks / state.capacity
    forwarding = forwarding_latency(scenario, state, state.ran[:, None], servers)
    return (forwarding + processing).argmin(axis=1)


def cloud(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """Every task goes to the cloud; no action of an agent can say so."""
    return np.full(scenario.num_users, CLOUD)


def near_optimal(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """The centralised assignment of :func:`near_optimal_assignment`, fully informed."""
    return near_optimal_assignment(scenario, state)


def static_price(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """The informed decentralised rule: argmax over servers of max_p f(p) - price * p.

    The prices are `Scenario.static_prices`. It knows the processing factors and each user's own
    row, nothing else of the slot.
    """
    return best_at(Choices(scenario, state), scenario.static_prices)


def broadcast_price(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """The same rule at the slot's own prices: those that minimise its bound.

    Somebody who knows the whole slot would have to find them and broadcast |H| numbers, before
    the users decide.
    """
    return best_at(Choices(scenario, state), slot_prices(scenario, state))


def best_at(choices: Choices, prices: NDArray[np.float64]) -> Assignment:
    """The server at which every user has most left at prices (H,): max_p f(p) - price * p, (U,).

    Idle users stay at their own RAN.
    """
    value, _ = choices.priced(prices)
    assignment = choices.state.ran.copy()
    assignment[choices.users] = value.argmax(axis=1)
    return assignment


BASELINES = Baselines(
    {
        "nearest": lambda: nearest,
        "random": lambda: random,
        "greedy": lambda: greedy,
        "greedy-forwarding": lambda: greedy_forwarding,
        "cloud": lambda: cloud,
        "static-price": lambda: static_price,
        "broadcast-price": lambda: broadcast_price,
        "near-optimal": lambda: near_optimal,
    },
    aliases={"daes": "nearest", "ga-aware": "greedy"},
)
ALIASES = BASELINES.aliases
baseline_names, make_baseline = BASELINES.names, BASELINES.make
