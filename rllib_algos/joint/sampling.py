"""Collects fragments from all env runners at once."""

from typing import Any

from rllib_algos.joint.errors import JointEnvError
from rllib_algos.joint.fragment import JointFragment


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
