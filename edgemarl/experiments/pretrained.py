"""Trained policies that come with the package, by name: ``pretrained:shadow_price``.

::

    edgemarl/pretrained/shadow_price/
      paper-t0/               made by `edgemarl export RUN --out` and this folder
        policy.safetensors    weights
        policy.json           networks, and under "trained_on" the run that they are from

One name stands for policies for several scenarios; the one that fits the task is taken.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgemarl.core.component import construct
from edgemarl.core.extras import require_extra
from edgemarl.core.scenario import AnyScenario
from edgemarl.core.validation import check_choice
from edgemarl.experiments.fitting import check_policy_fits
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.rollout import Policy
from edgemarl.experiments.task import Task

PREFIX = "pretrained:"
HOME = Path(__file__).resolve().parents[1] / "pretrained"
DESCRIPTION_FILE = "policy.json"


@dataclass(frozen=True, kw_only=True)
class Pretrained:
    """A trained policy of the package.

    Attributes:
        policy: what it is called, such as "pretrained:shadow_price".
        folder: where it is.
        manifest: the run that it is from.
        rows: its networks for rows; None where it has none.
    """

    policy: str
    folder: Path
    manifest: Manifest
    rows: Mapping[str, Any] | None

    @property
    def scenario(self) -> str | None:
        """Name of the scenario that it was trained on."""
        return (self.manifest.scenario or {}).get("name")

    @property
    def about(self) -> str:
        """What it is for, in a few words."""
        values = self.manifest.scenario or {}
        return f"{self.manifest.env_id}, scenario {self.scenario}, topology {values.get('seed')}"


def all_pretrained() -> list[Pretrained]:
    """All policies that come with the package, by name and folder.

    Raises:
        ValueError: if a file is broken.
    """
    return [_read(path.parent) for path in sorted(HOME.glob(f"*/*/{DESCRIPTION_FILE}"))]


def named_pretrained(policy: str) -> list[Pretrained]:
    """The policies of a name.

    Raises:
        ValueError: if there is none.
    """
    known = all_pretrained()
    check_choice("pretrained policy", policy, list(dict.fromkeys(p.policy for p in known)))
    return [one for one in known if one.policy == policy]


def pretrained_task(policy: str, scenario: str | None = None) -> Task:
    """What a pretrained policy was trained on.

    Args:
        policy: its name.
        scenario: name of the scenario that is asked for; of the first one by default, or where
            none of that name was trained on.

    Raises:
        ValueError: if there is no such policy.
    """
    known = named_pretrained(policy)
    return next((p for p in known if p.scenario == scenario), known[0]).manifest.task()


def observed_as_trained(scenario: AnyScenario, policies: Sequence[str]) -> AnyScenario:
    """A scenario with the observation of the first pretrained policy for it, by its name.

    Args:
        scenario: as it is; unchanged where no policy is for a scenario of its name.
        policies: names of policies, others than pretrained ones among them.
    """
    for policy in policies:
        if policy in {one.policy for one in all_pretrained()}:
            trained = pretrained_task(policy, scenario.name).scenario
            if trained is not None and trained.name == scenario.name:
                return scenario.with_overrides({"observation": trained.to_dict()["observation"]})
    return scenario


def load_pretrained(policy: str, task: Task) -> Policy:
    """The policy of a name that fits a task.

    Raises:
        MissingExtraError: if torch is not installed.
        ValueError: if there is no such policy, or it was trained on something else.
    """
    known = named_pretrained(policy)
    name = None if task.scenario is None else task.scenario.name
    errors = []
    for one in sorted(known, key=lambda p: p.scenario != name):
        try:
            check_policy_fits(one.manifest, policy, task, lambda rows=one.rows: rows)
        except ValueError as error:
            errors.append(error)
            continue
        require_extra("rllib", f"acting with {policy}")
        from rllib_algos import load_exported

        return load_exported(one.folder)
    there = "; ".join(one.about for one in known)
    raise ValueError(f"{errors[0]}; {policy} fits {there}")


def _read(folder: Path) -> Pretrained:
    path = folder / DESCRIPTION_FILE
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        manifest = construct(f"{path}: trained_on", Manifest, described["trained_on"])
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} must be as `edgemarl export` writes it, but {error!r}") from error
    name = f"{PREFIX}{folder.parent.name}"
    return Pretrained(policy=name, folder=folder, manifest=manifest, rows=described.get("rows"))
