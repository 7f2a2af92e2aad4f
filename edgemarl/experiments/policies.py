"""Policies from what a person types: a baseline's id, a checkpoint folder, or a factory."""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any, cast

from edgemarl.core.baselines import Baselines
from edgemarl.core.extras import require_extra
from edgemarl.experiments.checkpoints import find_checkpoint
from edgemarl.experiments.fitting import check_policy_fits
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.pretrained import PREFIX, load_pretrained, pretrained_task
from edgemarl.experiments.rollout import Policy
from edgemarl.experiments.task import Task
from edgemarl.registry import hint, systems

EXPLORING = "+explore"
"""After a checkpoint's folder: acting as in training, exploration included, instead of greedily."""


def load_policy(policy: Policy | str, task: Task) -> Policy:
    """The policy that a string stands for; a callable as it is.

    Args:
        policy: a baseline's id such as "nearest"; a checkpoint folder, or a training run's folder,
            which stands for its best checkpoint, with "+explore" after it to act as in training;
            "pretrained:NAME", which comes with the package; or "package.module:factory", a function
            without arguments that returns a policy.
        task: what the policy is to act on.

    Raises:
        ValueError: if there is no such policy, or the checkpoint was trained on something else
            (networks for rows without embeddings carry over to other topologies and user numbers).
    """
    if not isinstance(policy, str):
        return policy
    baselines = Baselines({}) if task.scenario is None else task.system.baselines
    if policy in baselines:
        return baselines.make(policy)
    if is_checkpoint(policy):
        return _from_checkpoint(policy, task)
    if policy.startswith(PREFIX):
        return load_pretrained(policy, task)
    if ":" in policy:
        return _from_factory(policy)
    known = ", ".join([*baselines.names(), *baselines.aliases]) or "none in this environment"
    raise ValueError(
        f"policy must be a baseline ({known}), an existing checkpoint folder, "
        f"'pretrained:NAME' or 'package.module:factory', got {policy!r}"
        + hint("baseline", policy, lambda system: policy in system.baselines)
    )


def policy_name(policy: Policy | str) -> str:
    """A policy's name for tables: the string, its own ``name``, its function's or its class's."""
    if isinstance(policy, str):
        return policy
    name = getattr(policy, "name", None) or getattr(policy, "__name__", None)
    return str(name or type(policy).__name__)


def _from_checkpoint(policy: str, task: Task) -> Policy:
    folder = folder_of(policy)
    checkpoint = find_checkpoint(folder, prefer="best")
    manifest = Manifest.read(checkpoint)
    check_policy_fits(
        manifest, f"checkpoint {folder}", task, lambda: _networks_for_rows(checkpoint)
    )
    require_extra("rllib", "loading a checkpoint")
    import rllib_algos

    return rllib_algos.load_policy(checkpoint, explore=folder != Path(policy))


def _networks_for_rows(checkpoint: Path) -> dict[str, Any] | None:
    """What a checkpoint says of its networks for rows; None where it has none."""
    if importlib.util.find_spec("torch") is None:
        return None
    from rllib_algos.joint.policy_file import POLICY_FILE, read_content

    return read_content(checkpoint).get("rows") if (checkpoint / POLICY_FILE).is_file() else None


def _from_factory(path: str) -> Policy:
    module_name, _, attribute = path.partition(":")
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        factory = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"policy must be importable, got {path!r}: {error}") from error
    policy: Any = factory() if callable(factory) else None
    if not callable(policy):
        raise ValueError(
            f"{path} must be a function without arguments that returns a policy, a callable "
            f"observations -> actions, got {policy if callable(factory) else factory!r}"
        )
    return cast("Policy", policy)


def folder_of(policy: str) -> Path:
    """The folder that a checkpoint's string names, without what follows it."""
    path = Path(policy)
    return path if path.is_dir() else Path(policy.removesuffix(EXPLORING))


def is_checkpoint(policy: str) -> bool:
    """Whether a policy's string stands for a folder of checkpoints."""
    rules = any(policy in system.baselines for system in systems())
    return not rules and folder_of(policy).is_dir()


def trained_task(policy: str, scenario: str | None = None) -> Task | None:
    """The task that a policy was trained on; None for those that are no checkpoints.

    Args:
        policy: as for `load_policy`.
        scenario: name of the scenario that is asked for, where a policy is there for several.
    """
    if policy.startswith(PREFIX) and not is_checkpoint(policy):
        return pretrained_task(policy, scenario)
    if not is_checkpoint(policy):
        return None
    return Manifest.read(find_checkpoint(folder_of(policy), prefer="best")).task()
