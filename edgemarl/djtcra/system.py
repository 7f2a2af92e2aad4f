"""What experiments must know of DJTCRA."""

from edgemarl.core.system import Measure, Objective, System
from edgemarl.djtcra.baselines import BASELINES
from edgemarl.djtcra.optimum import slot_bound
from edgemarl.djtcra.presets import SCENARIOS
from edgemarl.djtcra.prices import PRICED_QOE
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State


def upper_bound(scenario: Scenario, state: State) -> float:
    """Certified upper bound of the slot's system QoE, whatever the assignment."""
    return slot_bound(scenario, state).upper_bound


SYSTEM = System(
    name="djtcra",
    scenario_type=Scenario,
    scenarios=SCENARIOS,
    default_scenario="paper",
    baselines=BASELINES,
    objective=Objective(name="system_qoe", title="system QoE", maximize=True),
    measures=(
        Measure(name="system_qoe", title="system QoE", interval=True),
        Measure(
            name="latency", metric="mean_latency", title="latency [ms]", factor=1000.0, digits=0
        ),
        Measure(name="num_satisfied", title="SU"),
        Measure(name="num_disturbed", title="DU"),
        Measure(name="num_gave_up", title="GU"),
        Measure(name="num_cloud", title="CU"),
    ),
    compared=("nearest", "greedy", "static-price", "near-optimal"),
    bound=upper_bound,
    # Without migration the bound holds whatever was decided before, so it is every policy's bound.
    bound_overrides={"migration_delay": 0.0},
    reports={PRICED_QOE: "report_prices"},
)
