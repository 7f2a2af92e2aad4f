"""Collects fragments from all env runners at once, and watches over those that die."""

import logging
from typing import Any

from rllib_algos.joint.errors import JointEnvError
from rllib_algos.joint.fragment import JointFragment

logger = logging.getLogger("rllib_algos")


def sample_in_parallel(group: Any, timeout_s: float | None) -> tuple[list[JointFragment], list]:
    """Returns fragments and metrics of one `sample()` call per env runner, in their order.

    A runner whose process has died is left to RLlib's fault tolerance. An exception inside a
    runner (in the environment, a callback, or because of a NaN) is raised here: repeating it in a
    fresh process, as RLlib does by default, would hide the error and never end.
    """
    if group.num_remote_env_runners() == 0:
        runner = group.local_env_runner
        return runner.sample(), [runner.get_metrics()]
    results = group.foreach_env_runner(
        _sample_and_metrics, local_env_runner=False, timeout_seconds=timeout_s
    )
    for result in results:
        if isinstance(result, Exception):
            raise result
    return [f for fragments, _ in results for f in fragments], [metrics for _, metrics in results]


class RunnerWatch:
    """Says when env runners die and come back, and ends a run that has none left.

    Args:
        group: the env runners.
        tolerance: rounds of sampling in a row from which nothing may come back.
    """

    def __init__(self, group: Any, tolerance: int) -> None:
        self._group, self._tolerance = group, tolerance
        self._dead: set[int] = set()
        self._in_vain = 0

    def check(self, answers: int) -> None:
        """Takes note of a round of sampling from which `answers` env runners came back.

        Raises:
            RuntimeError: none has come back for longer than is tolerated.
        """
        count = self._group.num_remote_env_runners()
        dead = set(range(1, count + 1)) - set(self._group.healthy_env_runner_ids())
        for index in sorted(dead - self._dead):
            logger.warning(
                "Env runner %d has died, and what it was collecting is lost; the run goes on with "
                "%d of %d env runners.",
                *(index, count - len(dead), count),
            )
        for index in sorted(self._dead - dead):
            logger.warning("Env runner %d is back.", index)
        self._dead = dead
        self._in_vain = 0 if answers else self._in_vain + 1
        if self._in_vain > self._tolerance:
            raise RuntimeError(
                f"at least one of {count} env runners must answer, none has in {self._in_vain} "
                "rounds (num_consecutive_env_runner_failures_tolerance is "
                f"{self._tolerance}); look into their logs, the last checkpoint is intact"
            )


def _sample_and_metrics(runner: Any) -> Any:
    try:
        return runner.sample(), runner.get_metrics()
    except Exception as error:  # it travels to the driver, which raises it
        return portable(error, f"env runner {runner.worker_index}")


def portable(error: Exception, where: str) -> Exception:
    """Returns an exception of the same kind that says where it happened and can be pickled."""
    message = f"{error} ({where})"
    for kind in (ValueError, FloatingPointError, JointEnvError):
        if type(error) is kind:
            return kind(message)
    return RuntimeError(f"{type(error).__name__}: {message}")
