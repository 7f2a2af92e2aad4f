"""Films of policies: the slots of an evaluation, drawn."""

from collections.abc import Iterator
from typing import Any

from edgemarl.experiments.rollout import Policy, rollout
from edgemarl.experiments.task import Task


def film_frames(
    policy: Policy,
    task: Task,
    *,
    slots: int,
    seed: int = 0,
    bound: bool = True,
    title: str = "",
    width: int = 1280,
) -> Iterator[Any]:
    """Pictures of the slots that `evaluate` would measure, (height, width, 3) pixels each.

    Args:
        policy: observations to actions.
        task: the environment and scenario.
        slots: number of slots.
        seed: seed of the evaluation draws.
        bound: whether to compute and show each slot's certified bound.
        title: what stands above the map.
        width: of the pictures [pixel]; their height is nine sixteenths of it.

    Raises:
        MissingExtraError: without matplotlib.
        ValueError: for an environment that gives no snapshots of its slots.
    """
    from edgemarl.core.extras import require_extra
    from edgemarl.rendering import ArrayViewer

    require_extra("viz", "drawing slots")
    env, viewer = task.make(), ArrayViewer(title=title, width=width)
    snapshot = getattr(env.unwrapped, "snapshot", None)
    if snapshot is None:
        raise ValueError(
            f"environment {task.env_id!r} must give snapshot() to be drawn, it has none; "
            "see edgemarl.core.snapshot"
        )
    try:
        for _ in rollout(env, policy, slots=slots, seed=seed):
            yield viewer.show(snapshot(bound=bound))
    finally:
        viewer.close()
        env.close()
