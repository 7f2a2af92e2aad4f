import numpy as np
import pytest

from edgemarl.core.system import Measure, Objective
from edgemarl.registry import system_of, systems

QOE = Objective(name="qoe", title="QoE", maximize=True)
COST = Objective(name="cost", title="cost", maximize=False)


def test_gaps_and_rates_of_an_objective_to_be_maximised():
    assert (QOE.bound, QOE.bound_title) == ("upper_bound", "upper bound")
    np.testing.assert_allclose(QOE.gap([10.0, 4.0], [9.0, 4.0]), [0.1, 0.0])
    np.testing.assert_allclose(QOE.rate([10.0, 4.0], [9.0, 4.0]), [0.9, 1.0])


def test_gaps_and_rates_of_an_objective_to_be_minimised():
    assert (COST.bound, COST.bound_title) == ("lower_bound", "lower bound")
    np.testing.assert_allclose(COST.gap([10.0, 4.0], [12.5, 4.0]), [0.25, 0.0])
    np.testing.assert_allclose(COST.rate([10.0, 4.0], [12.5, 4.0]), [0.8, 1.0])


def test_a_measure_is_a_metric_of_its_name_unless_it_differs():
    assert Measure(name="energy", title="energy [J]").key == "energy"
    assert Measure(name="latency", title="latency [ms]", metric="mean_latency").key == (
        "mean_latency"
    )


@pytest.mark.parametrize("system", systems(), ids=lambda system: system.name)
def test_systems_are_whole(system):
    assert system.measures[0].name == system.objective.name
    assert system.measure_names[0] == system.objective.name
    assert system.load_scenario() is system.scenarios[system.default_scenario]
    assert system.bound_measures[:2] == (system.objective.bound, "gap")
    for rule in (*system.compared, *system.nrr_references):
        assert rule in system.baselines
        assert system.baselines.make(rule).name == system.baselines.aliases.get(rule, rule)
    for name, scenario in system.scenarios.items():
        assert isinstance(scenario, system.scenario_type)
        assert system.load_scenario(name) is scenario
        scenario.with_overrides(system.bound_overrides)


def test_environments_name_their_system():
    assert system_of("djtcra-servers-v0") is system_of("djtcra-users-v0")
