import numpy as np
import pytest

import edgemarl
from edgemarl.djtcra import load_scenario
from edgemarl.djtcra.baselines import make_baseline
from edgemarl.djtcra.system import SYSTEM
from edgemarl.experiments import evaluate
from edgemarl.experiments.evaluation import measure
from edgemarl.experiments.task import DEFAULT_ENV, Task

TINY = load_scenario("tiny")


def test_every_slot_has_every_measure():
    evaluation = evaluate("nearest", "tiny", slots=25)
    assert set(evaluation.slots) == {*SYSTEM.measure_names, *SYSTEM.bound_measures}
    assert all(values.shape == (25,) for values in evaluation.slots.values())
    assert evaluation.episode.tolist() == [0] * 20 + [1] * 5  # tiny has 20 slots an episode
    assert len(evaluation.rows()) == 25
    assert evaluation.rows()[3]["latency"] == evaluation.slots["latency"][3]


def test_measures_are_those_of_the_outcomes():
    outcomes = []

    class Watching:
        def reset(self, env, rng):
            self.env = env.unwrapped

        def __call__(self, observations):
            if self.env.last_outcome is not None:
                outcomes.append(self.env.last_outcome)
            return self.env.view.encode(self.env.slot_state.ran)

    evaluation = evaluate(Watching(), TINY, slots=6)
    assert len(outcomes) == 5
    for k, outcome in enumerate(outcomes):
        assert evaluation.slots["system_qoe"][k] == pytest.approx(outcome.qoe.sum())
        assert evaluation.slots["latency"][k] == pytest.approx(outcome.latency.mean())
        assert evaluation.slots["num_satisfied"][k] == (outcome.qoe > 0.9).sum()
        assert evaluation.slots["num_gave_up"][k] == (outcome.qoe < 0.1).sum()


def test_the_gap_is_a_fraction_of_the_bound():
    slots = evaluate("random", "tiny", slots=10).slots
    expected = (slots["upper_bound"] - slots["system_qoe"]) / slots["upper_bound"]
    np.testing.assert_allclose(slots["gap"], expected)
    assert np.all(slots["gap"] >= 0)


def test_near_optimal_stays_below_the_bound_and_above_nearest():
    near, best = evaluate("nearest", "tiny", slots=10), evaluate("near-optimal", "tiny", slots=10)
    np.testing.assert_array_equal(near.slots["upper_bound"], best.slots["upper_bound"])
    assert np.all(best.slots["system_qoe"] <= best.slots["upper_bound"])
    assert best.mean("system_qoe") > near.mean("system_qoe")


@pytest.mark.parametrize("env_id", [DEFAULT_ENV, "edgemarl/djtcra-users-v0"])
def test_views_agree_on_what_an_assignment_is_worth(env_id):
    servers = evaluate("greedy", "tiny", env_id=DEFAULT_ENV, slots=5)
    same = evaluate("greedy", "tiny", env_id=env_id, slots=5)
    np.testing.assert_array_equal(servers.slots["system_qoe"], same.slots["system_qoe"])


def test_without_the_bound_there_is_no_gap():
    assert set(evaluate("nearest", "tiny", slots=2, bound=False).slots) == set(SYSTEM.measure_names)


def test_known_bounds_are_taken_over():
    task = Task(scenario=TINY)
    evaluation = measure(make_baseline("nearest"), task, slots=3, bound=[10.0, 20.0, 40.0])
    assert evaluation.slots["upper_bound"].tolist() == [10.0, 20.0, 40.0]
    with pytest.raises(ValueError, match=r"bound must have shape \(2,\), got \(3,\)"):
        measure(make_baseline("nearest"), task, slots=2, bound=[10.0, 20.0, 40.0])


def test_intervals_are_over_slots_where_they_are_independent():
    evaluation = evaluate("nearest", "tiny", slots=40)
    assert evaluation.units("system_qoe").shape == (40,)
    summary = evaluation.summary()["system_qoe"]
    assert summary.low < evaluation.mean("system_qoe") < summary.high


def test_intervals_are_over_episodes_where_slots_depend_on_one_another():
    walking = TINY.with_overrides({"mobility": "random_walk", "slots_per_episode": 4})
    evaluation = evaluate("nearest", walking, slots=12, bound=False)
    units = evaluation.units("system_qoe")
    np.testing.assert_allclose(units, evaluation.slots["system_qoe"].reshape(3, 4).mean(axis=1))
    single = evaluate("nearest", walking, slots=4, bound=False)
    assert single.summary()["system_qoe"].low is None


def test_the_bound_holds_for_every_policy_where_moving_a_task_costs():
    moving = TINY.with_overrides({"migration_delay": 0.05})
    evaluations = [evaluate(name, moving, slots=8) for name in ("nearest", "near-optimal")]
    bounds = [evaluation.slots["upper_bound"] for evaluation in evaluations]
    np.testing.assert_array_equal(*bounds)
    assert all(np.all(e.slots["gap"] >= 0) for e in evaluations)


def test_a_function_is_a_policy():
    def everything_to_the_first(observations):
        return {agent: np.zeros(8, dtype=np.int64) for agent in observations}

    evaluation = edgemarl.evaluate(everything_to_the_first, "tiny", slots=3)
    assert evaluation.policy == "everything_to_the_first"
    assert evaluation.mean("system_qoe") > 0


def test_unknown_things_are_named():
    with pytest.raises(ValueError, match="environment must be one of"):
        evaluate("nearest", "tiny", env_id="edgemarl/nothing-v0", slots=1)
    with pytest.raises(ValueError, match="scenario must be one of paper, tiny, demo"):
        evaluate("nearest", "huge", slots=1)
    with pytest.raises((TypeError, ValueError), match="flavour"):
        evaluate("nearest", "tiny", slots=1, env_kwargs={"flavour": "sour"})


def test_bounds_are_those_of_the_topology_of_each_episode():
    task = Task(scenario=TINY, env_kwargs={"max_cycles": 1, "topologies": 3})
    evaluation = measure(make_baseline("near-optimal"), task, slots=12)
    gaps = evaluation.slots["gap"]
    assert gaps.min() >= -1e-6
    assert gaps.max() < 10
