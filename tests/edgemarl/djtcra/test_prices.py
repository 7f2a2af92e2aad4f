import numpy as np
import pytest

from edgemarl.djtcra import SCENARIOS, evaluate
from edgemarl.djtcra.env import DJTCRAEnv
from edgemarl.djtcra.outcome import CLOUD
from edgemarl.djtcra.prices import priced_qoe


@pytest.fixture
def roomy():
    """Two servers with so much power that every user is served well, where QoE is concave."""
    return SCENARIOS["paper"].with_overrides(
        {"num_users": 40, "server_capacity": [900e9] * 2, "network.processing_factor": (1.0, 2.0)}
    )


def test_two_users_of_a_server_pay_the_slope_for_what_they_use(hand, hand_state):
    """Users 0 and 1 have C = 1 Gcycle each there: Omega' = Omega (1 - Omega) 20 C / p^2."""
    outcome = evaluate(hand, hand_state, np.array([1, 1, 0]))
    power = outcome.allocation[:2]
    slope = outcome.qoe[:2] * (1 - outcome.qoe[:2]) * 20.0 * 1e9 / power**2  # of Omega in p
    np.testing.assert_allclose(slope, outcome.allocation_price[1], rtol=1e-5)
    np.testing.assert_allclose(
        priced_qoe(outcome)[:2], outcome.qoe[:2] - slope * power, rtol=0, atol=1e-6
    )


def test_by_hand(hand, hand_state, logistic):
    """User 0 alone at server 0: 10 Gcycles/s, d^c 10 ms, 0.5 Gcycles, 50 ms.

    Omega = logistic(20 (0.35 - 0.06)) = logistic(5.8); its slope at 10 Gcycles/s is
    Omega (1 - Omega) 20 * 0.5e9 / 1e20, so that it pays Omega (1 - Omega) * 20 * 0.05 = that.
    """
    outcome = evaluate(hand, hand_state, np.array([0, 1, 1]))
    omega = logistic(5.8)
    assert priced_qoe(outcome)[0] == pytest.approx(omega - omega * (1 - omega), abs=1e-5)


def test_who_falls_back_to_the_cloud_pays_nothing(tiny, draw):
    scenario = tiny.with_overrides({"num_users": 40})
    state = draw(scenario)
    outcome = evaluate(scenario, state, state.ran)
    fallen = outcome.served_by == CLOUD
    assert fallen.any()
    assert not fallen.all()
    priced = priced_qoe(outcome)
    np.testing.assert_array_equal(priced[fallen], outcome.cloud_qoe[fallen])
    assert (priced >= outcome.cloud_qoe).all()
    assert (priced <= outcome.qoe).all()


def test_the_credit_is_what_a_user_adds_where_qoe_is_concave(roomy, draw):
    """The others' best QoE is concave in their power, and its slope rises from the price without
    the user to the price with it: what the user adds lies between what it keeps at these two."""
    state = draw(roomy)
    assignment = np.arange(40) % 2
    outcome = evaluate(roomy, state, assignment)
    credit = priced_qoe(outcome)
    for user in range(0, 40, 7):
        without = assignment.copy()
        without[user] = CLOUD
        rest = evaluate(roomy, state, without)
        added = outcome.system_qoe - (rest.system_qoe - rest.qoe[user])
        lower, upper = rest.allocation_price[user % 2], outcome.allocation_price[user % 2]
        assert 0.5 * upper < lower < upper
        saved = (upper - lower) * outcome.allocation[user]
        assert credit[user] - 1e-5 <= added <= credit[user] + saved + 1e-5
        assert saved < 0.02


def test_an_allocation_without_prices_is_refused(tiny, draw):
    scenario = tiny.with_overrides({"allocation": "equal_share"})
    outcome = evaluate(scenario, draw(scenario), np.zeros(8, dtype=int))
    with pytest.raises(ValueError, match=r"must tell the servers' prices .* use 'exact'"):
        priced_qoe(outcome)


@pytest.mark.parametrize("backend", ["reference", "linprog"])
def test_all_backends_agree_on_credits_where_they_are_unique(roomy, draw, backend):
    state, assignment = draw(roomy), np.arange(40) % 2
    other = roomy.with_overrides({"allocation.backend": backend})
    one, two = (priced_qoe(evaluate(each, state, assignment)) for each in (roomy, other))
    np.testing.assert_allclose(one, two, atol=1e-3)


@pytest.mark.parametrize("view", ["servers", "users"])
def test_infos(tiny, view):
    env = DJTCRAEnv(view, tiny, report_prices=True)
    _, infos = env.reset(seed=0)
    assert not any(np.any(info["priced_qoe"]) for info in infos.values())
    ran = env.slot_state.ran
    infos = env.step(env.view.encode(ran))[-1]
    priced = priced_qoe(env.last_outcome)
    if view == "users":
        assert [info["priced_qoe"] for info in infos.values()] == priced.tolist()
        return
    for server, info in enumerate(infos.values()):
        np.testing.assert_array_equal(info["priced_qoe"], np.where(ran == server, priced, 0.0))


def test_infos_have_no_prices_unless_they_are_asked_for(tiny):
    env = DJTCRAEnv(scenario=tiny)
    env.reset(seed=0)
    assert "priced_qoe" not in env.step(env.view.encode(np.zeros(8, dtype=int)))[-1]["server_0"]
    with pytest.raises(ValueError, match="report_prices"):
        DJTCRAEnv(scenario=tiny, report_prices="yes")  # type: ignore[arg-type]
