import time

import numpy as np
import pytest

from edgemarl.core.baselines import BaselinePolicy
from edgemarl.djtcra import load_scenario
from edgemarl.djtcra.system import SYSTEM
from edgemarl.experiments import compare, evaluate
from edgemarl.experiments.comparison import Comparison
from edgemarl.experiments.statistics import mean_interval
from edgemarl.experiments.task import Task

TINY = load_scenario("tiny")


def test_policies_meet_the_same_slots():
    comparison = compare(["nearest", "random", "greedy"], "tiny", slots=6)
    assert comparison.unit == "slot"
    assert comparison.values["system_qoe"].shape == (3, 6)
    for index, name in enumerate(comparison.policies):
        alone = evaluate(name, "tiny", slots=6)
        np.testing.assert_array_equal(
            comparison.values["system_qoe"][index], alone.slots["system_qoe"]
        )
        np.testing.assert_array_equal(
            comparison.values["upper_bound"][index], alone.slots["upper_bound"]
        )


def test_differences_are_paired_and_refer_to_the_named_policy():
    comparison = compare(["nearest", "greedy"], "tiny", slots=8, reference="greedy")
    near, greedy = comparison.values["system_qoe"]
    assert comparison.difference("nearest") == mean_interval(near - greedy)
    assert comparison.difference("greedy").mean == 0.0


def test_several_topologies_are_the_units():
    comparison = compare(["nearest"], TINY, slots=5, topologies=3, seeds=2)
    assert (comparison.unit, comparison.num_units) == ("topology", 3)
    expected = [
        np.mean(
            [
                evaluate(
                    "nearest", TINY.with_overrides({"seed": topology}), slots=5, seed=seed
                ).mean("latency")
                for seed in (0, 1)
            ]
        )
        for topology in (0, 1, 2)
    ]
    np.testing.assert_allclose(comparison.values["latency"][0], expected)


def test_several_seeds_are_the_units_on_one_topology():
    comparison = compare(["nearest"], TINY, slots=5, seed=4, seeds=3)
    assert (comparison.unit, comparison.num_units) == ("seed", 3)
    expected = [evaluate("nearest", TINY, slots=5, seed=s).mean("system_qoe") for s in (4, 5, 6)]
    np.testing.assert_allclose(comparison.values["system_qoe"][0], expected)


def test_rows_carry_intervals_and_the_bound_has_its_own():
    comparison = compare(["nearest", "near-optimal"], "tiny", slots=6)
    near, best, bound = comparison.rows()
    assert [near["policy"], best["policy"], bound["policy"]] == [
        "nearest",
        "near-optimal",
        "upper bound",
    ]
    for name in SYSTEM.measure_names:
        assert near[name]["low"] <= near[name]["mean"] <= near[name]["high"]
    assert bound["latency"] is None
    assert bound["gap"]["mean"] == 0.0
    assert near["system_qoe"]["mean"] < best["system_qoe"]["mean"] <= bound["system_qoe"]["mean"]
    assert near["unit"] == "slot"
    assert near["num_units"] == 6
    assert bound["difference"]["mean"] == pytest.approx(
        bound["system_qoe"]["mean"] - near["system_qoe"]["mean"]
    )


def test_intervals_by_hand():
    values = {name: np.array([[1.0, 3.0], [4.0, 8.0]]) for name in SYSTEM.measure_names}
    values |= {"upper_bound": np.full((2, 2), 10.0), "gap": np.zeros((2, 2))}
    comparison = Comparison(
        policies=("a", "b"),
        reference="a",
        unit="seed",
        values=values,
        task=Task(scenario=TINY),
        topologies=1,
        seeds=2,
        slots=1,
    )
    # Differences 3 and 5: mean 4, standard error 1, t(0.975, 1) = 12.706205.
    assert comparison.difference("b").mean == 4.0
    assert comparison.difference("b").high == pytest.approx(16.706205)
    assert comparison.interval("a", "latency").low == pytest.approx(2.0 - 12.706205)
    assert comparison.bound().mean == 10.0


def everybody_local(scenario, state, rng):
    return np.full(scenario.num_devices, -1)


def slow_local(scenario, state, rng):
    time.sleep(0.02)
    return everybody_local(scenario, state, rng)


@pytest.fixture(scope="module")
def offloading():
    """Three rules of MEC; the one called "pso" is beaten by both others."""
    policies = {
        "remote": "remote",
        "exact": "exact",
        "pso": BaselinePolicy("local", everybody_local),
    }
    return compare(policies, "tiny", env_id="edgemarl/mec-v0", slots=3)


def test_rates_of_offloading_are_the_best_over_what_is_reached(offloading):
    values = offloading.values
    remote, exact, local = values["objective"]
    assert (exact <= remote).all()
    assert (remote < local).all()
    # Equal tasks: the bound is what the exact assignment costs.
    np.testing.assert_allclose(values["lower_bound"], np.tile(exact, (3, 1)), rtol=1e-9)
    np.testing.assert_allclose(values["nrr"], [exact / remote, np.ones(3), exact / local])
    np.testing.assert_allclose(values["nrr_pso"], [local / remote, local / exact, np.ones(3)])
    gaps = [remote / exact - 1, np.zeros(3), local / exact - 1]
    np.testing.assert_allclose(values["gap"], gaps, atol=1e-9)


def test_local_devices_cost_a_second_and_a_joule_each(offloading):
    """1 Gcycle at 1 GHz and 1e-27 J s^2: what all three rates above refer to."""
    np.testing.assert_allclose(offloading.values["objective"][2], 6 * (1.0 + 1.0))
    np.testing.assert_allclose(offloading.values["num_local"][2], 6.0)


def test_the_rate_against_a_rule_needs_that_rule():
    comparison = compare(["remote"], "tiny", env_id="edgemarl/mec-v0", slots=1)
    assert "nrr" in comparison.values
    assert "nrr_pso" not in comparison.values


def test_decisions_are_timed():
    policy = BaselinePolicy("slow", slow_local)
    comparison = compare([policy], "tiny", env_id="edgemarl/mec-v0", slots=2)
    assert (comparison.values["decision_time"] >= 0.02).all()


def test_names_of_your_own():
    comparison = compare({"mine": "nearest", "also mine": "nearest"}, "tiny", slots=2)
    assert comparison.policies == ("mine", "also mine")
    assert comparison.difference("also mine").mean == 0.0


def test_every_evaluation_is_reported():
    seen = []
    compare(["nearest", "random"], "tiny", slots=1, topologies=2, on_evaluation=seen.append)
    assert [(e.policy, e.task.scenario.seed) for e in seen] == [
        ("nearest", 0),
        ("random", 0),
        ("nearest", 1),
        ("random", 1),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"policies": []}, "at least one policy"),
        ({"policies": ["nearest", "nearest"]}, "'nearest' twice"),
        ({"policies": ["best"]}, "policy must be a baseline"),
        ({"policies": ["nearest"], "reference": "random"}, "reference must be one of"),
        ({"policies": ["nearest"], "seeds": 0}, "seeds must be an integer of at least 1"),
        ({"policies": ["nearest"], "topologies": 0}, "topologies must be an integer"),
        ({"policies": ["nearest"], "slots": 0}, "slots must be an integer of at least 1"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        compare(scenario="tiny", **arguments)
