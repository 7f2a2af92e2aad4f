"""Whether a trained policy may act in a task."""

from collections.abc import Callable, Mapping
from typing import Any

from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.task import Task

ROWS_AND_TOPOLOGY = ("scenario.seed", "scenario.num_users", "env.topologies")
"""In what a scenario may differ from that of training for networks for rows without embeddings."""


def check_policy_fits(
    manifest: Manifest, where: str, task: Task, rows: Callable[[], Mapping[str, Any] | None]
) -> None:
    """ValueError where a run's policy may not act, in the words of `Manifest.check_fits`.

    Args:
        manifest: what the policy was trained on.
        where: what to call the policy in errors.
        task: what it is to act on.
        rows: tells of its networks for rows; None where it has none. Without embeddings, they
            carry over to other topologies and numbers of users.
    """
    try:
        manifest.check_fits(where, task)
    except ValueError as error:
        networks = rows()
        if networks is None:
            raise
        manifest.check_fits(where, task, apart_from=ROWS_AND_TOPOLOGY)
        if networks["embedding"]:
            raise ValueError(
                f"{error}; its networks have embeddings of the rows that they were trained on, "
                "train with algo.row_embedding=0 for policies that carry over"
            ) from error
