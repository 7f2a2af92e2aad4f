"""Prices of computing power that a centre could tell all users before they decide.

They are those that minimise the bound of a slot, or their means over other slots.
"""

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.seeding import named_generator
from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.optimum import least_prices
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State, next_state

PRICE_SLOTS, LEAST_SLOTS = 40, 4  # slots over which static prices are averaged
PRICE_USERS = 40_000  # that are enough: beyond a thousand in a slot, fewer slots tell as much
STEEPNESS = 2.0  # of relative prices


def slot_prices(scenario: Scenario, state: State) -> NDArray[np.float64]:
    """Prices (H,) [1/(cycles/s)] that minimise the slot's bound; zero for servers without power.

    Finding them takes the whole slot, the processing factors of all users included.
    """
    return least_prices(Choices(scenario, state)).prices


def relative_prices(scenario: Scenario, state: State) -> NDArray[np.float64]:
    """2 log(price / static price) of every server, (H,), cut to [-1, 1]; 1 without power.

    About +-0.16 for the eight percent by which prices vary from slot to slot.
    """
    prices, usual = slot_prices(scenario, state), scenario.static_prices
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.clip(STEEPNESS * np.log(prices / usual), -1.0, 1.0)
    return np.where((state.capacity > 0) & np.isfinite(relative), relative, 1.0)


def price_slots(num_users: int) -> int:
    """Slots over which static prices are averaged: 40, and fewer where a slot has many users.

    >>> price_slots(100), price_slots(1_000), price_slots(10_000)
    (40, 40, 4)
    """
    return min(PRICE_SLOTS, max(LEAST_SLOTS, PRICE_USERS // num_users))


def static_prices(scenario: Scenario, slots: int | None = None) -> NDArray[np.float64]:
    """Mean prices (H,) [1/(cycles/s)] over slots that no training or evaluation sees.

    Slots in which a server has failed do not count for its price. Their number is that of
    :func:`price_slots` unless it is given.
    """
    slots = price_slots(scenario.num_users) if slots is None else slots
    rng = named_generator(scenario.seed, "static-price")
    state, prices, works = None, [], []
    for _ in range(slots):
        assignment = None if state is None else state.ran
        state = next_state(scenario, state, assignment, rng)
        prices.append(slot_prices(scenario, state))
        works.append(state.capacity > 0)
    return np.sum(prices, axis=0) / np.maximum(np.sum(works, axis=0), 1)
