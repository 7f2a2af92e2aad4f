"""Ready-made scenarios, and scenarios from YAML files."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from edgemarl.core.scenario_files import load
from edgemarl.djtcra.availability import Failures, Varying
from edgemarl.djtcra.population import Churn
from edgemarl.djtcra.scenario import Scenario

PAPER = Scenario(name="paper")
TINY = Scenario(
    name="tiny",
    num_users=8,
    server_capacity=(5e9, 10e9, 20e9),
    slots_per_episode=20,
)
DEMO = Scenario(name="demo", slots_per_episode=25)
CHURN = Scenario(name="churn", slots_per_episode=100, population=Churn())
FAILURES = Scenario(name="failures", availability=Failures())
VARYING = Scenario(name="varying", availability=Varying(step=0.05))
CITY = Scenario.in_city("synthetic", num_servers=125, num_users=816, name="city")
# As much power per user as in the paper, in the paper's proportions.
METRO = PAPER.with_overrides({"name": "metro", "num_users": 10_000, "num_servers": 100})

PRESETS = (PAPER, TINY, DEMO, CHURN, FAILURES, VARYING, CITY, METRO)
SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {scenario.name: scenario for scenario in PRESETS}
)


def load_scenario(scenario: str | Path | Scenario) -> Scenario:
    """The scenario of a preset's name or a YAML file; a :class:`Scenario` as it is.

    Raises:
        ValueError: as :func:`edgemarl.core.scenario_files.load`, which says what a file holds.
    """
    return load(scenario, Scenario, SCENARIOS)
