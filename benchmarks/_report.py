"""What all benchmarks share: timing by CPU seconds, and a JSON report of what was run on what."""

import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("edgemarl", "numpy", "scipy", "numba", "cvxpy", "highspy", "pyscipopt", "pymoo")
PACKAGES += ("gymnasium", "pettingzoo", "torch", "ray")
ROOT = Path(__file__).resolve().parents[1]
CODE = ("benchmarks", "edgemarl", "rllib_algos", "constraints.txt", "pyproject.toml")


def cpu_seconds(action: Callable[[], object], *, calls: int, repeats: int = 7) -> float:
    """Median over repeats of the CPU seconds that one call takes, after a call to warm up."""
    return statistics.median(stretches(action, calls=calls, repeats=repeats))


def stretches(action: Callable[[], object], *, calls: int, repeats: int) -> list[float]:
    """CPU seconds that one call takes in each of several stretches, after a call to warm up."""
    action()
    samples = []
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(calls):
            action()
        samples.append((time.process_time() - start) / calls)
    return samples


def report(name: str, results: dict[str, Any]) -> None:
    """Print the results of one run with what was run, and on what, as JSON."""
    text = {
        "benchmark": name,
        "results": results,
        "arguments": _arguments(sys.argv[1:]),
        "code": _code(),
        "machine": {"processor": _processor(), "python": platform.python_version()},
        "versions": _versions(),
    }
    json.dump(text, sys.stdout, indent=2)
    print()


def _arguments(given: Sequence[str]) -> list[str]:
    """What a run was told; where a folder lies is nobody's business, its name is."""
    return [Path(word).name if Path(word).is_absolute() else word for word in given]


def _code(root: Path = ROOT) -> dict[str, Any] | None:
    """The commit that was measured, and whether files differed from it; None where git is not."""
    commit = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--", *CODE)
    return None if commit is None else {"commit": commit, "changed": bool(changed)}


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":")[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
