"""What policies act on: an environment's id, a scenario with its topology, and arguments."""

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edgemarl.core.validation import check_choice
from edgemarl.djtcra import Scenario, load_scenario
from edgemarl.djtcra.mobility import Resample
from edgemarl.registry import NAMESPACE, make, registered

DEFAULT_ENV = "edgemarl/djtcra-servers-v0"


def full_id(env_id: str) -> str:
    """The id with its namespace, which may be left out."""
    return env_id if env_id in registered() else NAMESPACE + env_id


@dataclass(frozen=True, kw_only=True)
class Task:
    """An environment as policies meet it.

    Attributes:
        env_id: the environment's full id.
        scenario: the scenario; its seed fixes the topology.
        env_kwargs: further arguments of the environment.
    """

    env_id: str = DEFAULT_ENV
    scenario: Scenario
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, scenario: Scenario | str, env_id: str, env_kwargs: Mapping[str, Any] | None
    ) -> "Task":
        """A task from names.

        Raises:
            ValueError: for an unknown environment or scenario.
        """
        full = full_id(env_id)
        check_choice("environment", full, registered())
        return cls(env_id=full, scenario=load_scenario(scenario), env_kwargs=dict(env_kwargs or {}))

    def make(self) -> Any:
        """A new environment.

        Raises:
            ValueError: for an argument that the environment does not know or accept.
        """
        try:
            return make(self.env_id, scenario=self.scenario, **self.env_kwargs)
        except TypeError:
            known = self.options()
            for key in self.env_kwargs:
                check_choice(f"option of {self.env_id}", key, known)
            raise

    def options(self) -> list[str]:
        """Names of the arguments that the environment knows besides its scenario."""
        env = make(self.env_id, scenario=self.scenario)
        names = inspect.signature(type(env.unwrapped)).parameters
        return [name for name in names if name not in ("view", "scenario")]

    def topology(self, offset: int) -> "Task":
        """The same task on another topology, with the scenario's seed so much higher."""
        scenario = self.scenario.with_overrides({"seed": self.scenario.seed + offset})
        return Task(env_id=self.env_id, scenario=scenario, env_kwargs=self.env_kwargs)

    @property
    def independent_slots(self) -> bool:
        """Whether a slot's outcome is independent of the slots before it, given the policy."""
        return isinstance(self.scenario.mobility, Resample) and self.scenario.migration_delay == 0

    def flattened(self) -> dict[str, Any]:
        """Environment, arguments and scenario as one flat dictionary of plain values."""
        flat: dict[str, Any] = {"env": self.env_id}
        flat |= {f"env.{key}": value for key, value in self.env_kwargs.items()}
        for key, value in self.scenario.to_dict().items():
            if isinstance(value, Mapping):
                flat |= {f"scenario.{key}.{name}": inner for name, inner in value.items()}
            else:
                flat[f"scenario.{key}"] = value
        return json.loads(json.dumps(flat))
