"""Ready-made scenarios, and scenarios from YAML files."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from edgemarl.core.scenario_files import load
from edgemarl.mec.positions import GaussianPositions, LevyPositions
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.tasks import UniformTasks

CORNERS = ((10.0, 10.0), (40.0, 40.0))  # [m] section V.B
TINY = Scenario(
    name="tiny",
    num_devices=6,
    server_positions=CORNERS,
    server_capacity=2.5e9,  # room for four of the six
    slots_per_episode=10,
)
N30 = Scenario(name="n30", server_positions=CORNERS)  # section V.B
N180 = Scenario(name="n180", num_devices=180, num_servers=8, server_capacity=10e9)  # V.C
N200 = Scenario(name="n200", num_devices=200, num_servers=10, server_capacity=10e9)  # V.D

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        scenario.name: scenario
        for scenario in (
            *(TINY, N30, N180, N200),
            N30.replace(name="n30-mixed", tasks=UniformTasks()),
            N180.replace(name="n180-mixed", tasks=UniformTasks()),
            N180.replace(name="n180-gaussian", positions=GaussianPositions()),  # Table III
            N180.replace(name="n180-levy", positions=LevyPositions()),  # Table III
            N180.replace(name="n180-time", time_weight=1.5, energy_weight=0.5),  # Fig. 6
            N180.replace(name="n180-energy", time_weight=0.5, energy_weight=1.5),  # Fig. 6
        )
    }
)


def load_scenario(scenario: str | Path | Scenario) -> Scenario:
    """The scenario of a preset's name or a YAML file; a :class:`Scenario` as it is.

    Raises:
        ValueError: as :func:`edgemarl.core.scenario_files.load`, which says what a file holds.
    """
    return load(scenario, Scenario, SCENARIOS)
