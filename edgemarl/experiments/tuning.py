"""Carries out sweeps with Ray Tune."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgemarl.core.extras import require_extra
from edgemarl.core.validation import check_choice
from edgemarl.experiments.backend import algorithm_config, start_ray
from edgemarl.experiments.checkpoints import RunFolder, find_checkpoint
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.sweep import Sweep

METRIC = "gap"  # mean gap to the bound on the validation slots, as a fraction of the bound
LOGGERS = ("tensorboard", "wandb", "mlflow")
TRIALS, TUNE = "trials", "tune"  # folders of a sweep: training runs, and Ray Tune's own files


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How one trial of a sweep ended."""

    name: str
    point: dict[str, Any]  # the searched keys' values
    slots: int  # trained
    objective: float | None  # of the best checkpoint on the validation slots
    gap: float | None  # of the same, as a fraction of the bound
    folder: Path  # of the training run
    error: str | None


def run_sweep(
    sweep: Sweep,
    out: Path,
    *,
    address: str | None = None,
    cpus: int | None = None,
    loggers: Sequence[str] = (),
) -> list[Trial]:
    """Train every trial, or go on with a sweep that was stopped; the best trial comes first.

    Args:
        sweep: what to do.
        out: folder for everything; a sweep in it that is not finished is continued.
        address: of a ray cluster, whose machines must all see `out`; None starts ray here, unless
            RAY_ADDRESS names one.
        cpus: CPUs that ray may use here; None for all.
        loggers: further logs by Ray's own callbacks: "tensorboard", "wandb", "mlflow".

    Raises:
        MissingExtraError: if ray, torch or a logger's package is not installed.
        ValueError: for an unknown logger, setting or name.
    """
    require_extra("rllib", "a sweep")
    for logger in loggers:
        check_choice("logger", logger, LOGGERS)
    if sweep.searcher == "optuna":
        require_extra("optuna", "searcher optuna")
    _check_first_point(sweep)
    started = start_ray(address, cpus)
    try:
        return _ranked(_tuner(sweep, out.absolute(), loggers).fit(), sweep, out)
    finally:
        if started:
            import ray

            ray.shutdown()


def run_trial(point: dict[str, Any], *, sweep: Sweep, folder: Path) -> None:
    """Train one trial in its own folder, from its start or from where it was stopped."""
    from ray import tune

    from edgemarl.experiments.training import resume, train

    name = tune.get_context().get_trial_id()
    out = folder / TRIALS / str(name)
    common: dict[str, Any] = {
        "slots": sweep.slots,
        "checkpoint_every": sweep.checkpoint_every,
        "validation_slots": sweep.validation_slots,
        "reporter": _TuneReporter(),
    }
    if RunFolder(out).saved():
        if Manifest.read(find_checkpoint(out, prefer="latest")).slots < sweep.slots:
            resume(out, **common)
        return
    task = sweep.task(point)
    train(
        sweep.algorithm,
        task.scenario,
        out=out,
        env_id=task.env_id,
        env_kwargs=task.env_kwargs,
        settings=sweep.parts(point)["algo"],
        env_runners=sweep.env_runners,
        seed=sweep.trial_seed(point),
        command=f"edgemarl sweep {sweep.name}",
        **common,
    )


class _TuneReporter:
    """Hands every checkpoint's measurements to Ray Tune."""

    def update(self, slots: int, slots_per_second: float, objective: float | None) -> None:
        """Nothing: only what is measured on the validation slots compares."""

    def checkpoint(self, slots: int, value: float, bound: float, gap: float) -> None:
        """Report the measurements."""
        from ray import tune

        tune.report({"slots": slots, "objective": value, "bound": bound, METRIC: gap})


def _check_first_point(sweep: Sweep) -> None:
    """Refuse unknown settings and names before anything is started."""
    point = {key: values[0] for key, spec in sweep.search.items() for values in spec.values()}
    task = sweep.task(point)
    manifest = Manifest(
        algorithm=sweep.algorithm,
        env_id=task.env_id,
        env_kwargs=dict(task.env_kwargs),
        scenario=task.need_scenario().to_dict(),
        settings=sweep.parts(point)["algo"],
        seed=sweep.trial_seed(point),
        env_runners=sweep.env_runners,
    )
    algorithm_config(manifest)
    task.make().close()


def _tuner(sweep: Sweep, out: Path, loggers: Sequence[str]) -> Any:
    from ray import tune

    _adopt(out, sweep)
    trainable = tune.with_resources(
        functools.partial(run_trial, sweep=sweep, folder=out),
        tune.PlacementGroupFactory([{"CPU": 1.0}] * (1 + sweep.env_runners)),
    )
    space = {key: _domain(spec) for key, spec in sweep.search.items()}
    path = out / TUNE
    if tune.Tuner.can_restore(str(path)):
        return tune.Tuner.restore(
            str(path), trainable, param_space=space, resume_errored=True, resume_unfinished=True
        )
    return tune.Tuner(
        trainable,
        param_space=space,
        tune_config=tune.TuneConfig(
            metric=METRIC,
            mode="min",
            num_samples=sweep.trials,
            search_alg=_searcher(sweep),
            scheduler=_scheduler(sweep),
            max_concurrent_trials=sweep.max_concurrent,
        ),
        run_config=tune.RunConfig(
            name=TUNE, storage_path=str(out), callbacks=_callbacks(loggers, sweep, out), verbose=0
        ),
    )


def _adopt(out: Path, sweep: Sweep) -> None:
    """Note in the folder what is swept; ValueError where it holds another sweep."""
    try:
        (out / TRIALS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"output folder {out} must be writable, but {error}") from error
    note = out / "sweep.txt"
    text = f"{sweep!r}\n"
    if note.exists() and note.read_text(encoding="utf-8") != text:
        raise ValueError(f"{out} must hold no other sweep; choose another folder, or the same file")
    note.write_text(text, encoding="utf-8")


def _domain(spec: Any) -> Any:
    from ray import tune

    kind, values = next(iter(spec.items()))
    if kind == "grid":
        return tune.grid_search(list(values))
    if kind == "choice":
        return tune.choice(list(values))
    return getattr(tune, kind)(*values)


def _searcher(sweep: Sweep) -> Any:
    if sweep.searcher == "optuna":
        from ray.tune.search.optuna import OptunaSearch

        return OptunaSearch(metric=METRIC, mode="min", seed=sweep.seed)
    from ray.tune.search.basic_variant import BasicVariantGenerator

    return BasicVariantGenerator(random_state=sweep.seed)


def _scheduler(sweep: Sweep) -> Any:
    if sweep.scheduler == "none":
        return None
    from ray.tune.schedulers import ASHAScheduler

    grace = sweep.grace_slots or max(sweep.slots // 10, 1)
    return ASHAScheduler(time_attr="slots", max_t=sweep.slots, grace_period=grace)


def _callbacks(loggers: Sequence[str], sweep: Sweep, out: Path) -> list[Any]:
    """Ray's own logging callbacks; TensorBoard's is among those it always adds."""
    callbacks: list[Any] = []
    if "wandb" in loggers:
        require_extra("wandb", "--logger wandb")
        from ray.air.integrations.wandb import WandbLoggerCallback

        callbacks.append(WandbLoggerCallback(project=sweep.name))
    if "mlflow" in loggers:
        require_extra("mlflow", "--logger mlflow")
        from ray.air.integrations.mlflow import MLflowLoggerCallback

        database = f"sqlite:///{out / 'mlflow.db'}"
        callbacks.append(MLflowLoggerCallback(tracking_uri=database, experiment_name=sweep.name))
    return callbacks


def _ranked(results: Any, sweep: Sweep, out: Path) -> list[Trial]:
    trials = [_trial(result, sweep, out) for result in results]
    return sorted(trials, key=lambda trial: float("inf") if trial.gap is None else trial.gap)


def _trial(result: Any, sweep: Sweep, out: Path) -> Trial:
    table = result.metrics_dataframe
    best = None if table is None or METRIC not in table else table.loc[table[METRIC].idxmin()]
    metrics = result.metrics or {}
    name = str(metrics.get("trial_id", Path(result.path).name))
    return Trial(
        name=name,
        point={key: result.config[key] for key in sweep.search},
        slots=int(metrics.get("slots", 0)),
        objective=None if best is None else float(best["objective"]),
        gap=None if best is None else float(best[METRIC]),
        folder=out / TRIALS / name,
        error=None if result.error is None else f"{result.error}".strip().splitlines()[-1],
    )
