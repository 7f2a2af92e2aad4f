"""What experiments must know of MEC."""

from edgemarl.core.system import DECISION_TIME, Measure, Objective, System
from edgemarl.mec.baselines import BASELINES
from edgemarl.mec.optimum import slot_bound
from edgemarl.mec.presets import SCENARIOS
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State


def lower_bound(scenario: Scenario, state: State) -> float:
    """Certified lower bound of the slot's objective, whatever the assignment."""
    return slot_bound(scenario, state).lower_bound


SYSTEM = System(
    name="mec",
    scenario_type=Scenario,
    scenarios=SCENARIOS,
    default_scenario="n30",
    baselines=BASELINES,
    objective=Objective(name="objective", title="objective", maximize=False),
    measures=(
        Measure(name="objective", title="objective", interval=True),
        Measure(name="time", title="time [s]"),
        Measure(name="energy", title="energy [J]"),
        Measure(name="num_local", title="local"),
        Measure(name=DECISION_TIME, title="decide [ms]", factor=1000.0, digits=1),
    ),
    compared=("remote", "local", "exact"),
    bound=lower_bound,
    nrr_references=("pso",),
)
