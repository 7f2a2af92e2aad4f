"""A cell of a study's grid: one method on one scenario, with one topology and one training seed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edgemarl.core.component import construct
from edgemarl.core.scenario import AnyScenario
from edgemarl.core.validation import check_count
from edgemarl.experiments.reproduction.defaults import default_settings
from edgemarl.experiments.task import Task

HASH_LENGTH = 10


@dataclass(frozen=True, kw_only=True)
class Method:
    """What a study compares: a learner with its settings, or a rule.

    Attributes:
        name: in files and on the command line.
        title: in legends and tables.
        algorithm: the learner's registered name; None for a rule.
        rule: the rule's name; None for a learner.
        env_id: the environment that the learner acts in.
        env_kwargs: its further arguments.
        settings: the learner's settings that differ from its defaults.
        scenario: overrides of the scenario for this method alone, such as what it observes.
        probe: name of what looks into the learner instead of training it as usual, a key of
            `probes.PROBES`; None as usual.
    """

    name: str
    title: str
    algorithm: str | None = None
    rule: str | None = None
    env_id: str
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    scenario: Mapping[str, Any] = field(default_factory=dict)
    probe: str | None = None

    def __post_init__(self) -> None:
        """Check that it is one of the two."""
        if (self.algorithm is None) == (self.rule is None):
            raise ValueError(
                f"method {self.name} must have either an algorithm or a rule, got "
                f"{self.algorithm!r} and {self.rule!r}"
            )

    @property
    def learns(self) -> bool:
        """Whether it is a learner, which trains or is looked into; else a rule."""
        return self.algorithm is not None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One run of a grid, described completely.

    Attributes:
        method: what acts.
        scenario: what is simulated; its seed is the topology's.
        seed: of training; 0 for rules, which have none.
        slots: of training; 0 for rules, and for probes that train nothing.
        evaluation_slots: fresh slots that the greedy policy is measured on at the end.
    """

    method: Method
    scenario: AnyScenario
    seed: int = 0
    slots: int = 0
    evaluation_slots: int = 200

    def __post_init__(self) -> None:
        """Check the counts."""
        least = 1 if self.method.learns and not self.method.probe else 0
        check_count("slots", self.slots, minimum=least)
        check_count("seed", self.seed, minimum=0)
        check_count("evaluation_slots", self.evaluation_slots)
        if not self.method.learns and (self.slots or self.seed):
            raise ValueError(f"{self.method.name} is a rule: its slots and seed must be 0")

    @property
    def topology(self) -> int:
        """Seed of the topology."""
        return self.scenario.seed

    @property
    def task(self) -> Task:
        """Environment and scenario."""
        return Task.of(self.scenario, self.method.env_id, self.method.env_kwargs)

    @property
    def run_name(self) -> str:
        """Name of the training run's folder; runs of more or fewer slots are the same run."""
        about = {**self.identity(), "slots": None, "evaluation_slots": None}
        return f"{self.method.name}-{self._where}-{_digest(about)}"

    @property
    def name(self) -> str:
        """Name of the cell's result, which tells it from every other cell's."""
        length = f"-{self.slots}" if self.slots else ""
        return f"{self.method.name}-{self._where}{length}-{_digest(self.identity())}"

    def identity(self) -> dict[str, Any]:
        """Everything that the result depends on, as plain values.

        Values of the scenario and its components that are their classes' defaults are left out, so
        that a cell stays what it was when scenarios learn something new; a result has them all, and
        is checked against them. A learner's defaults are part of it (`default_settings`): where
        they have changed, it is another cell.

        Raises:
            MissingExtraError: for a learner, if ray or torch is not installed.
            ValueError: for an unknown algorithm.
        """
        plain = {
            "env": self.task.env_id,
            "env_kwargs": dict(self.method.env_kwargs),
            "scenario": changed_values(self.scenario),
            "algorithm": self.method.algorithm,
            "rule": self.method.rule,
            "settings": dict(self.method.settings),
            "seed": self.seed,
            "slots": self.slots,
            "evaluation_slots": self.evaluation_slots,
        }
        if self.method.probe is not None:
            plain["probe"] = self.method.probe
        if self.method.algorithm is not None:
            plain["defaults"] = default_settings(self.method.algorithm, self.method.settings)
        return json.loads(json.dumps(plain, sort_keys=True))

    @classmethod
    def from_identity(
        cls, identity: Mapping[str, Any], *, name: str, title: str, scenario: str
    ) -> "Cell":
        """The cell that `identity` described, with the defaults of today.

        Args:
            identity: the plain values.
            name: of the method.
            title: of the method.
            scenario: name of the scenario.

        Raises:
            ValueError: for a value that is missing, or that its owner does not know or accept.
        """
        values = dict(identity)
        try:
            kinds = {
                key: values.pop(key) for key in ("algorithm", "rule", "env_kwargs", "settings")
            }
            kinds["probe"] = values.pop("probe", None)
            values.pop("defaults", None)
            env_id, given = values.pop("env"), {"name": scenario, **values.pop("scenario")}
        except (KeyError, TypeError) as error:
            raise ValueError(f"cell must have a value for {error}, got {dict(identity)}") from error
        method = Method(name=name, title=title, env_id=env_id, **kinds)
        task = Task.from_plain(given, env_id, method.env_kwargs)
        return construct("cell", cls, {"method": method, "scenario": task.scenario, **values})

    @property
    def _where(self) -> str:
        seed = f"-s{self.seed}" if self.slots else ""
        return f"{self.scenario.name}-t{self.topology}{seed}"


def changed_default(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """The first of a learner's defaults that differs between two identities; None where none does.

    Args:
        recorded: identity of the cell as it was run.
        now: its identity today.
    """
    before, after = recorded.get("defaults", {}), now.get("defaults", {})
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            return f"{name} was {old} by default, is {new} now"
    return None


def changed_values(scenario: AnyScenario) -> dict[str, Any]:
    """The values of a scenario that are not its class's defaults, its name left out."""
    return {key: value for key, value in scenario.changed_values().items() if key != "name"}


def scenario_hash(scenario: AnyScenario) -> str:
    """A short name of what a scenario is, topology included."""
    return _digest(json.loads(json.dumps(changed_values(scenario), sort_keys=True)))


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
