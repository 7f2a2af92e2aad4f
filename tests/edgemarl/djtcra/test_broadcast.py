from dataclasses import replace

import numpy as np
import pytest

from edgemarl.djtcra.broadcast import relative_prices, slot_prices, static_prices
from edgemarl.djtcra.observations import RawRows, ScaledRows
from edgemarl.djtcra.optimum import slot_bound


def test_static_prices_are_means_over_slots_of_their_own(tiny):
    prices = static_prices(tiny, slots=6)
    np.testing.assert_array_equal(prices, static_prices(tiny, slots=6))
    assert (prices >= 0).all()
    assert not np.array_equal(prices, static_prices(tiny.replace(seed=1), slots=6))
    assert tiny.static_prices is tiny.static_prices  # computed once
    np.testing.assert_array_equal(tiny.static_prices, static_prices(tiny, slots=40))


def test_the_slots_prices_are_those_that_prove_its_bound(tiny, draw):
    state = draw(tiny)
    np.testing.assert_array_equal(slot_prices(tiny, state), slot_bound(tiny, state).prices)


def test_relative_prices_by_hand(tiny, draw, monkeypatch):
    """2 log(1.1) is 0.19; a price of 0 among servers that work is far below, one of e^2 is cut."""
    static = tiny.static_prices
    slot = static * np.array([1.1, 0.0, np.e**2])
    monkeypatch.setattr("edgemarl.djtcra.broadcast.slot_prices", lambda *_: slot)
    np.testing.assert_allclose(
        relative_prices(tiny, draw(tiny)), [2 * np.log(1.1), -1.0, 1.0], rtol=1e-12
    )


def test_a_server_without_power_shows_the_greatest_price(tiny, draw):
    state = draw(tiny)
    state = replace(state, capacity=state.capacity * np.array([1.0, 0.0, 1.0]))
    relative = relative_prices(tiny, state)
    assert relative[1] == 1.0
    assert (np.abs(relative[[0, 2]]) <= 1).all()


@pytest.mark.parametrize("cls", [ScaledRows, RawRows])
def test_every_row_shows_the_prices_of_all_servers(tiny, draw, cls):
    state = draw(tiny)
    rows = cls(observe_prices=True).rows(tiny, state)
    shown = (relative_prices if cls is ScaledRows else slot_prices)(tiny, state)
    np.testing.assert_allclose(rows[:, 9:], np.tile(shown, (8, 1)), rtol=1e-6)
    np.testing.assert_array_equal(rows[:, :9], cls().rows(tiny, state))
