"""``edgemarl doctor``: what is installed, what is missing, and whether it works."""

import os
import platform
import time
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from edgemarl.experiments.installation import Dependency

FAULTY = 1
NAMED = 3  # more packages that are missing are counted


def doctor() -> None:
    """Print versions and what is missing, and simulate a slot; exit code 1 if something is wrong.

    A missing extra is no fault; a package of a version that is known not to work is one.
    """
    from edgemarl import __version__
    from edgemarl.experiments.installation import dependencies

    parts = dependencies()
    typer.echo(
        f"edgemarl {__version__}, Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} processors"
    )
    needed = parts.pop("")
    typer.echo("needed:")
    for one in needed:
        typer.echo(f"  {one.name:<12} {one.fault or one.installed}")
    typer.echo("extras:")
    for extra, packages in parts.items():
        typer.echo(f"  {extra:<12} {_state(extra, packages)}")
    faults = [f"{one.name} is missing" for one in needed if one.installed is None]
    every = [one for part in (needed, *parts.values()) for one in part]
    faults += [f"{one.name} {one.fault}" for one in every if one.installed and one.fault]
    if not faults:
        typer.echo("works:")
        typer.echo(f"  {_simulated_slot()}")
        typer.echo(f"  {_learners(parts['rllib'])}")
    for fault in dict.fromkeys(faults):
        typer.echo(f"edgemarl: error: {fault}", err=True)
    if faults:
        raise typer.Exit(FAULTY)


def _state(extra: str, packages: "list[Dependency]") -> str:
    """The versions of an extra's packages, or what to install."""
    if all(one.installed is None for one in packages):
        return f"not installed: pip install 'edgemarl[{extra}]'"
    missing = [one.name for one in packages if one.installed is None]
    if missing:
        many = f"{len(missing)} of {len(packages)} packages"
        what = many if len(missing) > NAMED else ", ".join(missing)
        return f"{what} missing: pip install 'edgemarl[{extra}]'"
    return ", ".join(f"{one.name} {one.fault or one.installed}" for one in packages)


def _simulated_slot() -> str:
    """What a slot of the smallest scenario came to."""
    from edgemarl.experiments import evaluate

    begin = time.perf_counter()
    evaluation = evaluate("greedy", "tiny", slots=1)
    seconds = time.perf_counter() - begin
    value, bound = evaluation.mean("system_qoe"), evaluation.mean("upper_bound")
    return (
        f"a slot of `tiny` in {seconds:.1f} s, compiling included: system QoE {value:.3f}, "
        f"at most {bound:.3f}"
    )


def _learners(packages: "list[Dependency]") -> str:
    """What learners can run on."""
    if any(one.fault for one in packages):
        return "no learners: pip install 'edgemarl[rllib]'"
    import torch

    from rllib_algos import registry

    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return (
        f"{len(registry.names())} learners, on {', '.join(gpus) or 'processors (no GPU is seen)'}"
    )
