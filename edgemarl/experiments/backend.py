"""RLlib behind a few methods; only this file and `tuning.py` touch ray."""

import functools
import inspect
import logging
import os
import socket
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgemarl.core.extras import require_extra
from edgemarl.core.validation import check_choice
from edgemarl.experiments.logs import numeric_leaves
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.task import Task
from edgemarl.registry import system_of

SLOTS_PER_ROW = 50
"""Least number of slots between two rows of the curves."""

_FURTHER_SETTINGS = {
    "env_runners": ("num_envs_per_env_runner", "rollout_fragment_length"),
    "learners": ("num_gpus_per_learner",),
}


class Learner:
    """An algorithm of `rllib_algos` at work in a task.

    Args:
        manifest: algorithm, settings, task, seed and number of runners.
        address: of a ray cluster to collect samples on; None collects on this machine.

    Raises:
        MissingExtraError: if ray or torch is not installed.
        ValueError: for an unknown algorithm or setting, or a task that the algorithm cannot learn.
        ConnectionError: if there is no cluster at the address.
    """

    def __init__(self, manifest: Manifest, address: str | None = None):
        config = algorithm_config(manifest)
        cpus = max(os.cpu_count() or 1, manifest.env_runners + 1)
        self._started_ray = start_ray(address, cpus)
        try:
            task = manifest.task()
            self._measures = () if task.scenario is None else task.system.outcome_measures
            register_task(task)
            self._algorithm = config.build_algo()
        except BaseException:
            self._stop_ray()
            raise
        self.slots = 0

    @property
    def algorithm(self) -> Any:
        """RLlib's algorithm itself, for those who look into it."""
        return self._algorithm

    def step(self) -> tuple[dict[str, float], dict[str, float]]:
        """Collect and learn for a while.

        Returns:
            The means of the system's measures over the slots collected, and every number that
            RLlib reports.
        """
        report = {k: v for k, v in self._algorithm.train().items() if k != "config"}
        metrics = numeric_leaves(report)
        self.slots = int(metrics["env_runners/num_env_steps_sampled_lifetime"])
        reported = {m.name: metrics.get(f"env_runners/{m.key}") for m in self._measures}
        return {name: value for name, value in reported.items() if value is not None}, metrics

    def save(self, folder: Path) -> None:
        """Write the whole state into an empty folder."""
        self._algorithm.save_to_path(folder.absolute())

    def restore(self, folder: Path, slots: int) -> None:
        """Take up the state that `save` wrote after a number of slots."""
        self._algorithm.restore_from_path(str(folder.absolute()))
        self.slots = slots

    def close(self) -> None:
        """Stop the runners, and ray if it was started here."""
        self._algorithm.stop()
        self._stop_ray()

    def _stop_ray(self) -> None:
        if self._started_ray:
            import ray

            ray.shutdown()


def algorithm_config(manifest: Manifest) -> Any:
    """RLlib's config of a run.

    Raises:
        MissingExtraError: if ray or torch is not installed.
        ValueError: for an unknown algorithm, or a setting that it does not have or accept.
    """
    require_extra("rllib", "training")
    from rllib_algos import registry

    check_choice("algorithm", manifest.algorithm, list(registry.names()))
    config = registry.get_config(manifest.algorithm)
    # It announces its API at every build; and sets its level when it is imported.
    logging.getLogger("ray.rllib").setLevel(logging.ERROR)
    # What it says of a runner that died is a traceback; `rllib_algos` says the same in one line.
    logging.getLogger("ray.rllib.utils.actor_manager").setLevel(logging.CRITICAL)
    config.env_runners(num_env_runners=manifest.env_runners)
    config.reporting(min_sample_timesteps_per_iteration=SLOTS_PER_ROW)
    config.debugging(seed=manifest.seed, log_level="ERROR")
    for method, values in _by_method(config, manifest.settings).items():
        getattr(config, method)(**values)
    config.environment(manifest.env_id, env_config=_env_config(manifest, config))
    config.copy(copy_frozen=False).validate()
    return config


def _env_config(manifest: Manifest, config: Any) -> dict[str, Any]:
    """What the environment is made with; it reports the infos that the algorithm wants."""
    system = system_of(manifest.env_id)
    options = {} if system is None else system.reports
    wanted = {options[key]: True for key in getattr(config, "wanted_infos", ()) if key in options}
    scenario = {} if manifest.scenario is None else {"scenario": manifest.scenario}
    return {**wanted, **scenario, **manifest.env_kwargs}


def settings_of(config: Any) -> dict[str, str]:
    """Every setting that ``--set algo.`` knows, and the config's method that takes it."""
    known: dict[str, str] = {}
    for cls in type(config).__mro__:
        if "training" in vars(cls):
            for name, parameter in inspect.signature(vars(cls)["training"]).parameters.items():
                if parameter.kind is parameter.KEYWORD_ONLY:
                    known.setdefault(name, "training")
    return known | {name: method for method, names in _FURTHER_SETTINGS.items() for name in names}


def register_task(task: Task) -> None:
    """Make the task's environment known to ray under its id."""
    import rllib_algos

    rllib_algos.register_parallel_env(task.env_id, functools.partial(_make, task.env_id))


def _make(env_id: str, env_config: Mapping[str, Any]) -> Any:
    arguments = dict(env_config)
    values = arguments.pop("scenario", None)
    return Task.from_plain(values, env_id, arguments).make()


def _by_method(config: Any, settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    known = settings_of(config)
    grouped: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        check_choice("algorithm's setting", name, list(known))
        grouped.setdefault(known[name], {})[name] = value
    return grouped


def start_ray(address: str | None, cpus: int | None) -> bool:
    """Start ray, or connect to a cluster, unless that was done; returns whether it was not.

    Args:
        address: of a cluster, HOST:PORT; None takes that in RAY_ADDRESS, as ray does, and without
            one starts ray on this machine.
        cpus: CPUs that ray may use on this machine; None for all.

    Raises:
        ConnectionError: if nothing answers at the address, or ray does not start.
    """
    import ray

    if ray.is_initialized():
        return False
    address = address or os.environ.get("RAY_ADDRESS")
    if address:
        _check_reachable(address)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _initialise(address, cpus)
    return True


def _initialise(address: str | None, cpus: int | None) -> None:
    import ray

    local: dict[str, Any] = {} if address else {"num_cpus": cpus, "include_dashboard": False}
    told: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        ray.init(address=address or "local", **told, **local)
    except Exception as error:  # ray gives up with whatever its services ended with
        ray.shutdown()
        raise ConnectionError(
            f"ray must {'be there to join' if address else 'start'} within its own time, but "
            f"{type(error).__name__}: {error}; on a busy machine, try again later"
        ) from error


def _check_reachable(address: str) -> None:
    """Raise ConnectionError at once where ray would try for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "//" in host:
        return  # "auto" and the like, which ray looks up by itself
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except OSError as error:
        raise ConnectionError(
            f"--address must be HOST:PORT of a ray cluster, got {address}: {error}; "
            "`ray start --head` prints its own"
        ) from error
