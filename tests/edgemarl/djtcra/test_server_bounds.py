"""The bounds of all changes at once, against the servers' QoE after each change."""

import numpy as np
import pytest

from edgemarl.djtcra.choices import Choices
from edgemarl.djtcra.optimum import least_prices
from edgemarl.djtcra.server_bounds import PricedWorth, ServerBounds


@pytest.fixture(params=["exact", "cloud_aware", "equal_share"])
def drawn(request, tiny, draw):
    choices = Choices(tiny.replace(allocation=request.param), draw(tiny))
    server = np.random.default_rng(0).integers(3, size=8)
    worth = PricedWorth.of(choices, least_prices(choices).prices)
    return choices, server, ServerBounds(worth, server)


def qoe(choices, server, h):
    return choices.server_qoe(server, np.array([h])).item()


def changed(server, **changes):
    """The servers after some changes, by user: u3=-1."""
    server = server.copy()
    for user, to in changes.items():
        server[int(user[1:])] = to
    return server


def test_no_change_earns_more_than_its_bound(drawn):
    choices, server, bounds = drawn
    totals = bounds.totals.min(axis=0)
    for h in range(3):
        assert totals[h] >= qoe(choices, server, h)
    for u in range(8):
        without = changed(server, **{f"u{u}": -1})
        assert bounds.leaving[u] >= qoe(choices, without, server[u])
        for h in set(range(3)) - {server[u]}:
            joined = changed(server, **{f"u{u}": h})
            assert bounds.joining[u, h] >= qoe(choices, joined, h)
        for v in np.flatnonzero(server != server[u]):
            other = changed(server, **{f"u{u}": -1, f"u{v}": server[u]})
            assert bounds.exchange[v, u] >= qoe(choices, other, server[u])


def test_bounds_are_close_under_the_policy_that_they_are_of(tiny, draw):
    """A user more or less: within the duality gap of a single server."""
    choices = Choices(tiny.replace(allocation="cloud_aware"), draw(tiny))
    server = np.random.default_rng(0).integers(3, size=8)
    bounds = ServerBounds(PricedWorth.of(choices, least_prices(choices).prices), server)
    gaps = [
        bounds.leaving[u] - qoe(choices, changed(server, **{f"u{u}": -1}), server[u])
        for u in range(8)
    ]
    assert np.mean(gaps) < 0.3


def test_a_user_of_no_server_counts_nowhere(tiny, draw):
    choices = Choices(tiny, draw(tiny))
    nowhere = np.full(8, -1)
    np.testing.assert_array_equal(choices.server_qoe(nowhere, np.arange(3)), 0.0)
    last = changed(nowhere, u0=2)
    alone = choices.server_qoe(last, np.arange(3))
    assert alone[2] > 0
    np.testing.assert_array_equal(alone[:2], 0.0)
