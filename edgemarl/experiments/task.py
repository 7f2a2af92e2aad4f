"""What policies act on: an environment's id, a scenario with its topology, and arguments."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edgemarl.djtcra import Scenario, load_scenario
from edgemarl.djtcra.mobility import Resample
from edgemarl.registry import DEFAULT_SCENARIO, full_name, make, takes_scenario

DEFAULT_ENV = "edgemarl/djtcra-servers-v0"


@dataclass(frozen=True, kw_only=True)
class Task:
    """An environment as policies meet it.

    Attributes:
        env_id: the environment's full id.
        scenario: the scenario, whose seed fixes the topology; None where the environment, of
            another package, takes none.
        env_kwargs: further arguments of the environment.
    """

    env_id: str = DEFAULT_ENV
    scenario: Scenario | None
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, scenario: Scenario | str | None, env_id: str, env_kwargs: Mapping[str, Any] | None
    ) -> "Task":
        """A task from names; without a scenario's, the paper's where the environment takes one.

        Raises:
            ValueError: for an unknown environment or scenario, or one where none is taken.
        """
        full = full_name(env_id)
        if takes_scenario(full):
            scenario = load_scenario(DEFAULT_SCENARIO if scenario is None else scenario)
        elif scenario is not None:
            raise ValueError(f"environment {full!r} takes no scenario, got {scenario!r}")
        return cls(env_id=full, scenario=scenario, env_kwargs=dict(env_kwargs or {}))

    def make(self) -> Any:
        """A new environment.

        Raises:
            ValueError: for an argument that the environment does not know or accept.
        """
        return make(self.env_id, scenario=self.scenario, **self.env_kwargs)

    def need_scenario(self) -> Scenario:
        """The scenario; ValueError where there is none."""
        if self.scenario is None:
            raise ValueError(
                f"environment {self.env_id!r} must have a scenario for its QoE and bound to be "
                "measured, it has none; act in it with rllib_algos.load_policy(checkpoint)"
            )
        return self.scenario

    def topology(self, offset: int) -> "Task":
        """The same task on another topology, with the scenario's seed so much higher."""
        scenario = self.need_scenario()
        other = scenario.with_overrides({"seed": scenario.seed + offset})
        return Task(env_id=self.env_id, scenario=other, env_kwargs=self.env_kwargs)

    @property
    def independent_slots(self) -> bool:
        """Whether a slot's outcome is independent of the slots before it, given the policy."""
        scenario = self.need_scenario()
        return isinstance(scenario.mobility, Resample) and scenario.migration_delay == 0

    def flattened(self) -> dict[str, Any]:
        """Environment, arguments and scenario as one flat dictionary of plain values."""
        flat: dict[str, Any] = {"env": self.env_id}
        flat |= {f"env.{key}": value for key, value in self.env_kwargs.items()}
        for key, value in ({} if self.scenario is None else self.scenario.to_dict()).items():
            if isinstance(value, Mapping):
                flat |= {f"scenario.{key}.{name}": inner for name, inner in value.items()}
            else:
                flat[f"scenario.{key}"] = value
        return json.loads(json.dumps(flat))
