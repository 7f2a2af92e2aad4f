"""Rules to compare policies with, from the blind to the fully informed."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.seeding import named_generator
from edgemarl.core.validation import check_choice
from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.latency import forwarding_latency
from edgemarl.djtcra.optimum import near_optimal_assignment, slot_bound
from edgemarl.djtcra.outcome import CLOUD
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State, next_state

Assignment = NDArray[np.int64]
Rule = Callable[[Scenario, State, np.random.Generator], Assignment]
PRICE_SLOTS = 40  # slots over which static prices are averaged


def nearest(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """DAES: every task stays at the server of its own RAN."""
    return state.ran.copy()


def random(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """A uniform server for every task."""
    return rng.integers(scenario.num_servers, size=scenario.num_users)


def greedy(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """GA-Aware: the server with the smallest processing factor eta."""
    return scenario.topology.processing_factor.argmin(axis=1)


def greedy_forwarding(scenario: Scenario, state: State, rng: np.random.Generator) -> Assignment:
    """The server with the least forwarding and processing latency at an equal share of its power.

    The share is the capacity of a server over the mean number of tasks of one.
    """
    servers = np.arange(scenario.num_servers)
    tasks = max(np.count_nonzero(state.active), 1) / scenario.num_servers
    size = (state.volume * state.intensity)[:, None]
    processing = scenario.topology.processing_factor * size * tasks / scenario.capacity
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
    """Mean prices (H,) [1/(cycles/s)] over slots that no training or evaluation sees."""
    rng = named_generator(scenario.seed, "static-price")
    state, prices = None, []
    for _ in range(slots):
        assignment = None if state is None else state.ran
        state = next_state(scenario, state, assignment, rng)
        prices.append(slot_bound(scenario, state).prices)
    return np.mean(prices, axis=0)


_RULES: dict[str, Callable[[], Rule]] = {
    "nearest": lambda: nearest,
    "random": lambda: random,
    "greedy": lambda: greedy,
    "greedy-forwarding": lambda: greedy_forwarding,
    "cloud": lambda: cloud,
    "static-price": StaticPrice,
    "near-optimal": lambda: near_optimal,
}
ALIASES = {"daes": "nearest", "ga-aware": "greedy"}


class BaselinePolicy:
    """A rule as a policy: from observations to actions, by a look into the environment.

    A policy with :meth:`assign` is asked for assignments directly where the caller can use them;
    ``cloud`` can be run in no other way.
    """

    def __init__(self, name: str, rule: Rule):
        """Keep the rule under its name."""
        self.name, self.rule = name, rule
        self._env: Any = None
        self._rng: np.random.Generator | None = None

    def reset(self, env: Any, rng: np.random.Generator) -> None:
        """Look into an environment, at the start of an episode; `rng` is for random rules."""
        self._env, self._rng = env.unwrapped, rng

    def assign(self) -> Assignment:
        """The assignment (U,) for the environment's current slot."""
        if self._env is None or self._rng is None:
            raise RuntimeError(f"policy {self.name} must be reset first: call reset(env, rng)")
        return self.rule(self._env.scenario, self._env.slot_state, self._rng)

    def __call__(self, observations: dict[str, Any]) -> dict[str, Any]:
        """Actions of all agents; ValueError where none mean the rule's assignment."""
        assignment = self.assign()
        return self._env.view.encode(assignment)


def baseline_names() -> list[str]:
    """Names of the rules, without aliases."""
    return list(_RULES)


def make_baseline(name: str) -> BaselinePolicy:
    """The rule of a name or alias as a policy; ValueError lists the names."""
    full = ALIASES.get(name, name)
    check_choice("baseline", full, [*_RULES, *ALIASES])
    return BaselinePolicy(full, _RULES[full]())
