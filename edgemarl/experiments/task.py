"""What policies act on: an environment's id, a scenario with its topology, and arguments."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from edgemarl.core.scenario import AnyScenario
from edgemarl.core.system import System
from edgemarl.registry import full_name, hint, make, system_of

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
    scenario: AnyScenario | None
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, scenario: Any, env_id: str, env_kwargs: Mapping[str, Any] | None) -> "Task":
        """A task from names.

        Args:
            scenario: a scenario, a preset's name or a YAML file; None for that of the environment's
                system, where it has one.
            env_id: the environment's id.
            env_kwargs: further arguments of the environment.

        Raises:
            ValueError: for an unknown environment or scenario, or one where none is taken.
        """
        full = full_name(env_id)
        system = system_of(full)
        if system is not None:
            scenario = load_scenario(system, scenario)
        elif scenario is not None:
            raise ValueError(f"environment {full!r} takes no scenario, got {scenario!r}")
        return cls(env_id=full, scenario=scenario, env_kwargs=dict(env_kwargs or {}))

    @classmethod
    def from_plain(
        cls, values: Mapping[str, Any] | None, env_id: str, env_kwargs: Mapping[str, Any] | None
    ) -> "Task":
        """A task whose scenario is given as the plain values of its `to_dict`.

        Raises:
            ValueError: as `of`; and for a value that the scenario does not know or accept.
        """
        system = system_of(env_id)
        if values is None or system is None:
            return cls.of(values, env_id, env_kwargs)
        return cls.of(system.scenario_type.from_dict(values), env_id, env_kwargs)

    def make(self) -> Any:
        """A new environment.

        Raises:
            ValueError: for an argument that the environment does not know or accept.
        """
        return make(self.env_id, scenario=self.scenario, **self.env_kwargs)

    @property
    def system(self) -> System:
        """The system of the environment; ValueError where it has no scenario."""
        self.need_scenario()
        system = system_of(self.env_id)
        assert system is not None
        return system

    def need_scenario(self) -> AnyScenario:
        """The scenario; ValueError where there is none."""
        if self.scenario is None:
            raise ValueError(
                f"environment {self.env_id!r} must have a scenario for its objective and bound to "
                "be measured, it has none; act in it with rllib_algos.load_policy(checkpoint)"
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
        return self.need_scenario().independent_slots

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

    def difference(
        self, before: "Task", *, apart_from: Collection[str] = ()
    ) -> tuple[str, Any, Any] | None:
        """The first value that differs from another task's; None where none does.

        Args:
            before: the other task.
            apart_from: keys of the flattened task that may differ, besides the scenario's name.

        Returns:
            The key, the other task's value, and the value here.
        """
        here, there = self.flattened(), before.flattened()
        for key in [*here, *there]:
            if key not in ("scenario.name", *apart_from) and here.get(key) != there.get(key):
                return key, there.get(key), here.get(key)
        return None


def load_scenario(system: System, scenario: Any) -> AnyScenario:
    """A scenario of a system; the error for another system's says whose it is.

    Raises:
        ValueError: as `System.load_scenario`.
    """
    try:
        return system.load_scenario(scenario)
    except ValueError as error:
        hinted = hint("scenario", scenario, lambda other: _is_scenario_of(other, scenario))
        raise ValueError(f"{error}{hinted}") from error


def _is_scenario_of(system: System, scenario: Any) -> bool:
    """Whether a name or file is that of a scenario of a system."""
    try:
        return system.load_scenario(scenario) is not None
    except (ValueError, OSError):
        return False
