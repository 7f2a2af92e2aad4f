import numpy as np
import pytest

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
