"""What a policy did on evaluation slots, in a file from which a page is built without torch."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.snapshot import SlotSnapshot
from edgemarl.core.validation import check_count
from edgemarl.experiments.evaluation import Evaluation, measure
from edgemarl.experiments.manifest import recorded_versions, write_atomically
from edgemarl.experiments.policies import load_policy
from edgemarl.experiments.rollout import Policy
from edgemarl.experiments.task import Task
from edgemarl.report.runs import Run

FILE_NAME = "recording.json"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Draws:
    """The slots that policies are measured on, and how many of them are kept for pictures."""

    slots: int = 100
    record: int = 20  # the first so many
    seed: int = 0  # of the evaluation draws

    def __post_init__(self) -> None:
        """Check the numbers."""
        check_count("slots", self.slots)
        check_count("record", self.record)
        check_count("seed", self.seed, minimum=0)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A policy's measurements, and what the first slots looked like.

    Attributes:
        evaluation: the measurements of every slot.
        snapshots: the first slots, with their bounds; none where the environment of another package
            has no ``snapshot()``.
    """

    evaluation: Evaluation
    snapshots: tuple[SlotSnapshot, ...]

    @property
    def topology(self) -> int:
        """Seed of the topology."""
        return self.evaluation.task.need_scenario().seed

    @property
    def bound(self) -> NDArray[np.float64]:
        """Certified bound of the objective in every slot, (N,)."""
        return self.evaluation.slots[self.evaluation.task.system.objective.bound]


def record(
    policy: Policy | str,
    task: Task,
    draws: Draws,
    *,
    name: str,
    bound: bool | Sequence[float] | NDArray[np.float64] = True,
) -> Recording:
    """Runs a policy on evaluation draws, as `edgemarl.experiments.evaluate`, and keeps slots.

    Args:
        policy: as for `load_policy`.
        task: what it acts on.
        draws: how many slots, and which.
        name: the policy's name in tables.
        bound: as for `measure`.
    """
    seen: list[SlotSnapshot] = []

    def keep(env: Any) -> None:
        if len(seen) < draws.record and hasattr(env.unwrapped, "snapshot"):
            seen.append(env.unwrapped.snapshot(bound=False))

    evaluation = measure(
        load_policy(policy, task),
        task,
        slots=draws.slots,
        seed=draws.seed,
        bound=bound,
        name=name,
        on_slot=keep,
    )
    bounds = evaluation.slots[task.system.objective.bound]
    snapshots = [
        dataclasses.replace(snapshot, bound=float(bounds[k]), gap=float(evaluation.slots["gap"][k]))
        for k, snapshot in enumerate(seen)
    ]
    return Recording(evaluation=evaluation, snapshots=tuple(snapshots))


def write_recording(recording: Recording, run: Run, draws: Draws) -> None:
    """Keep a recording of a run's best checkpoint in the run's folder."""
    evaluation = recording.evaluation
    content = {
        **_about(run, draws),
        "episode": evaluation.episode.tolist(),
        "slots": {name: values.tolist() for name, values in evaluation.slots.items()},
        "snapshots": [snapshot.to_plain() for snapshot in recording.snapshots],
    }
    write_atomically(run.folder / FILE_NAME, json.dumps(content) + "\n")


def read_recording(run: Run, draws: Draws) -> Recording | None:
    """The recording in a run's folder; None where there is none.

    Raises:
        ValueError: if it cannot be read, or was made of another checkpoint, other draws or with
            another version of edgemarl.
    """
    path = run.folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        wanted = _about(run, draws)
        for key, value in wanted.items():
            if content[key] != value:
                raise ValueError(f"it is of {_short(key, content)}, not of {_short(key, wanted)}")
        evaluation = Evaluation(
            policy=run.name,
            task=run.task,
            seed=draws.seed,
            episode=np.array(content["episode"], dtype=np.int64),
            slots={name: np.array(values, float) for name, values in content["slots"].items()},
        )
        snapshots = tuple(SlotSnapshot.from_plain(plain) for plain in content["snapshots"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no recording: {type(error).__name__} {error}") from error
    return Recording(evaluation=evaluation, snapshots=snapshots)


def _about(run: Run, draws: Draws) -> dict[str, Any]:
    """What a recording must have been made of and with, as plain values."""
    about = {
        "format": FORMAT,
        "edgemarl": recorded_versions()["edgemarl"],
        "draws": dataclasses.asdict(draws),
        "checkpoint": dataclasses.asdict(run.manifest),
    }
    return json.loads(json.dumps(about))


def _short(key: str, about: dict[str, Any]) -> str:
    if key != "checkpoint":
        return f"{key} {about[key]}"
    made = about[key]
    return f"a checkpoint of {made['slots']} slots, commit {made['commit']}, {made['command']!r}"
