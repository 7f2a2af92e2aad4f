"""Rules to compare policies with, from the blind to the fully informed."""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.baselines import Assignment, Baselines
from edgemarl.core.seeding import named_generator
from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.latency import forwarding_latency
from edgemarl.djtcra.optimum import near_optimal_assignment, slot_bound
from edgemarl.djtcra.outcome import CLOUD
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State, next_state

PRICE_SLOTS = 40  # slots over which static prices are averaged


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


class StaticPrice:
    """The informed decentralised rule: argmax over servers of max_p f(p) - price * p.

    The prices are the means, over 40 slots of a stream of their own, of those that minimise the
    slot's bound. It knows the processing factors and each user's own row, nothing else of the slot.
    """

    def __init__(self) -> None:
        """Start without prices; they are computed once for each scenario."""
        self._scenario: Scenario | None = None
        self._prices = np.zeros(0)

    def __call__(self, scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
        """The server of every task, (U,)."""
        if self._scenario is not scenario:
            self._scenario, self._prices = scenario, static_prices(scenario)
        choices = Choices(scenario, state)
        value, _ = choices.priced(self._prices)
        assignment = state.ran.copy()
        assignment[choices.users] = value.argmax(axis=1)
        return assignment


def static_prices(scenario: Scenario, slots: int = PRICE_SLOTS) -> NDArray[np.float64]:
    """Mean prices (H,) [1/(cycles/s)] over slots that no training or evaluation sees.

    Slots in which a server has failed do not count for its price.
    """
    rng = named_generator(scenario.seed, "static-price")
    state, prices, works = None, [], []
    for _ in range(slots):
        assignment = None if state is None else state.ran
        state = next_state(scenario, state, assignment, rng)
        prices.append(slot_bound(scenario, state).prices)
        works.append(state.capacity > 0)
    return np.sum(prices, axis=0) / np.maximum(np.sum(works, axis=0), 1)


BASELINES = Baselines(
    {
        "nearest": lambda: nearest,
        "random": lambda: random,
        "greedy": lambda: greedy,
        "greedy-forwarding": lambda: greedy_forwarding,
        "cloud": lambda: cloud,
        "static-price": StaticPrice,
        "near-optimal": lambda: near_optimal,
    },
    aliases={"daes": "nearest", "ga-aware": "greedy"},
)
ALIASES = BASELINES.aliases
baseline_names, make_baseline = BASELINES.names, BASELINES.make
