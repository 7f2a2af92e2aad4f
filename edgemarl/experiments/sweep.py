"""A sweep: many training runs over settings, described by a YAML file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from edgemarl.core.component import construct
from edgemarl.core.text import with_numbers
from edgemarl.core.validation import check_choice, check_count
from edgemarl.experiments.task import DEFAULT_ENV, Task

# How a key can be searched, and how many numbers that takes (None: a list of values).
SEARCHES: dict[str, int | None] = {
    "grid": None,
    "choice": None,
    "uniform": 2,
    "loguniform": 2,
    "quniform": 3,
    "qloguniform": 3,
    "randint": 2,
    "lograndint": 2,
}
SEARCHERS = ("random", "optuna")
SCHEDULERS = ("none", "asha")
PARTS = ("algo", "env", "scenario")


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What a sweep trains, searches and keeps.

    Keys of `fixed` and `search` are ``algo.KEY``, ``env.KEY``, ``scenario.KEY``, as after
    ``--set``, or ``seed``. A search is ``{grid: [...]}`` (every value), ``{choice: [...]}``,
    ``{uniform: [low, high]}``, ``loguniform``, ``quniform`` and ``qloguniform`` (with a step),
    ``randint`` or ``lograndint``.

    Raises:
        ValueError: for a value that makes no sense; the message names it.
    """

    algorithm: str
    slots: int  # of training, each trial
    search: Mapping[str, Mapping[str, Any]]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    name: str = "sweep"
    env: str = DEFAULT_ENV
    scenario: str | None = None  # that of the environment's system
    env_runners: int = 0  # processes that collect samples, each trial
    trials: int = 1  # samples of the search; of a grid, each of its points so often
    searcher: str = "random"
    scheduler: str = "none"  # "asha" stops what lags behind
    grace_slots: int | None = None  # slots before ASHA may stop a trial; a tenth of `slots`
    checkpoint_every: int | None = None  # slots; a twentieth of `slots`
    validation_slots: int = 50
    max_concurrent: int | None = None  # trials at once; as many as there are CPUs for
    seed: int = 0  # of the search, and of training where no key says else

    def __post_init__(self) -> None:
        """Check everything that can be checked without ray."""
        for count in ("slots", "trials", "validation_slots"):
            check_count(count, getattr(self, count))
        for optional in ("grace_slots", "checkpoint_every", "max_concurrent"):
            check_count(optional, getattr(self, optional) or 1)
        for natural in ("env_runners", "seed"):
            check_count(natural, getattr(self, natural), minimum=0)
        check_choice("searcher", self.searcher, SEARCHERS)
        check_choice("scheduler", self.scheduler, SCHEDULERS)
        if not isinstance(self.search, Mapping) or not self.search:
            raise ValueError(f"search must name at least one key, got {self.search!r}")
        for key in [*self.fixed, *self.search]:
            _check_key(key)
        for key, spec in self.search.items():
            kind = _check_search(key, spec)
            if kind == "grid" and self.searcher != "random":
                raise ValueError(
                    f"search of {key} must not be a grid with searcher {self.searcher}: use choice"
                )
        twice = sorted(set(self.fixed) & set(self.search))
        if twice:
            raise ValueError(f"{twice[0]} must be either fixed or searched, got both")

    @classmethod
    def read(cls, path: Path) -> "Sweep":
        """The sweep in a YAML file.

        Raises:
            ValueError: if the file is missing or is no such YAML; an unknown key is an error.
        """
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ValueError(f"sweep file must exist, got {path}") from error
        except yaml.YAMLError as error:
            raise ValueError(f"{path} must be YAML: {error}") from error
        if not isinstance(values, dict):
            raise ValueError(f"{path} must hold keys and values, got {values!r}")
        return construct(str(path), cls, with_numbers(values))

    def parts(self, point: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Settings by part (``algo``, ``env``, ``scenario``) of one trial."""
        parts: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
        for key, value in {**self.fixed, **point}.items():
            if key != "seed":
                part, _, name = key.partition(".")
                parts[part][name] = value
        return parts

    def task(self, point: Mapping[str, Any]) -> Task:
        """Environment and scenario of one trial."""
        parts = self.parts(point)
        task = Task.of(self.scenario, self.env, parts["env"])
        scenario = task.need_scenario().with_overrides(parts["scenario"])
        return Task.of(scenario, self.env, parts["env"])

    def trial_seed(self, point: Mapping[str, Any]) -> int:
        """Seed of one trial's training."""
        return int({**self.fixed, **point}.get("seed", self.seed))


def _check_key(key: Any) -> None:
    part, dot, name = str(key).partition(".")
    if key != "seed" and not (part in PARTS and dot and name):
        raise ValueError(f"key must be seed, or start with algo., env. or scenario., got {key!r}")


def _check_search(key: str, spec: Any) -> str:
    """The kind of a search; ValueError unless it is one."""
    if not isinstance(spec, Mapping) or len(spec) != 1:
        raise ValueError(f"search of {key} must be one of {{kind: [...]}}, got {spec!r}")
    kind, values = next(iter(spec.items()))
    check_choice(f"search of {key}", kind, list(SEARCHES))
    count = SEARCHES[kind]
    if not isinstance(values, list | tuple) or not values:
        raise ValueError(f"{kind} of {key} must be a list of values, got {values!r}")
    if count is None:
        return kind
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if not numbers or len(values) != count or not values[0] < values[1]:
        raise ValueError(f"{kind} of {key} must be {count} rising numbers, got {values!r}")
    if kind.startswith(("log", "qlog")) and not values[0] > 0:
        raise ValueError(f"{kind} of {key} must be positive, got {values!r}")
    return kind
