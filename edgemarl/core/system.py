"""A system: what commands and experiments must know of an environment's package."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgemarl.core.baselines import Baselines
from edgemarl.core.bounds import relative_gap
from edgemarl.core.scenario import BaseScenario
from edgemarl.core.scenario_files import load

DECISION_TIME = "decision_time"  # [s] that a policy took for a slot; measured where it is listed

NRR = "nrr"  # [1] normalised reward rate: how much of the best value is reached, at most 1


@dataclass(frozen=True, kw_only=True)
class Objective:
    """What policies are compared by: one of the outcome's metrics, and its certified bound."""

    name: str  # key among the outcome's metrics
    title: str  # for tables and axes
    maximize: bool

    @property
    def bound(self) -> str:
        """Name of the certified bound: no assignment is better than it."""
        return "upper_bound" if self.maximize else "lower_bound"

    @property
    def bound_title(self) -> str:
        """The bound's name in tables and pictures."""
        return self.bound.replace("_", " ")

    @property
    def validated(self) -> tuple[str, str, str]:
        """Names of what checkpoints are measured by: the objective, its bound, and the gap."""
        return self.name, self.bound, "gap"

    def gap(self, bound: ArrayLike, value: ArrayLike) -> NDArray[np.float64]:
        """How much worse values are than their bounds, as a share of the bounds."""
        gap = relative_gap(bound, value)
        return gap if self.maximize else -gap

    def rate(self, best: ArrayLike, value: ArrayLike) -> NDArray[np.float64]:
        """Values relative to the best, 1 where they are equal and less where they are worse."""
        best, value = np.asarray(best, dtype=float), np.asarray(value, dtype=float)
        return value / best if self.maximize else best / value


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number of every slot, and its column in tables."""

    name: str  # in files
    title: str  # in tables
    metric: str = ""  # key among the outcome's metrics; the name unless it differs
    factor: float = 1.0  # between the number and what tables show
    digits: int = 1
    interval: bool = False  # whether tables show the interval beside the mean

    @property
    def key(self) -> str:
        """Key among the outcome's metrics."""
        return self.metric or self.name


@dataclass(frozen=True, kw_only=True)
class System:
    """An environment's package as experiments see it.

    Attributes:
        name: the package's name.
        scenario_type: class of its scenarios.
        scenarios: presets by name.
        default_scenario: name of the preset that is meant where none is named.
        baselines: its rules.
        objective: what policies are compared by.
        measures: what tables show of every slot; the objective is the first.
        compared: rules that results are shown beside unless others are named.
        bound: from a scenario and a state to the certified bound of the objective.
        bound_overrides: settings of the scenario under which the bound holds for every policy.
        nrr_references: rules that achieved values are also divided by, as normalised reward rate
            (NRR) beside that of the bound; without any, there is no NRR.
        reports: options of the environment that must be True for infos to hold a key, by the key.
    """

    name: str
    scenario_type: type[BaseScenario]
    scenarios: Mapping[str, Any]
    default_scenario: str
    baselines: Baselines
    objective: Objective
    measures: tuple[Measure, ...]
    compared: tuple[str, ...]
    bound: Callable[[Any, Any], float]
    bound_overrides: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    nrr_references: tuple[str, ...] = ()
    reports: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def load_scenario(self, scenario: Any = None) -> Any:
        """The scenario of a preset's name, a file or an instance; the default one for None."""
        chosen = self.default_scenario if scenario is None else scenario
        return load(chosen, self.scenario_type, self.scenarios)

    @property
    def measure_names(self) -> tuple[str, ...]:
        """Names of the measures."""
        return tuple(measure.name for measure in self.measures)

    @property
    def outcome_measures(self) -> tuple[Measure, ...]:
        """The measures that the outcome holds, which infos report as well."""
        return tuple(measure for measure in self.measures if measure.key != DECISION_TIME)

    @property
    def bound_measures(self) -> tuple[str, ...]:
        """Names of what is measured beside them where the bound is computed."""
        names = (self.objective.bound, "gap")
        return (*names, NRR) if self.nrr_references else names
