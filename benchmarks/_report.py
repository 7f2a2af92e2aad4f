"""What all benchmarks share: timing by CPU seconds, and a JSON report with machine and versions."""

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = ("edgemarl", "numpy", "scipy", "numba", "cvxpy", "highspy", "pyscipopt", "pymoo")
PACKAGES += ("gymnasium", "pettingzoo", "torch", "ray")


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
    """Print the results of one run with what they were measured on, as JSON."""
    machine = {"processor": _processor(), "python": platform.python_version()}
    text = {"benchmark": name, "results": results, "machine": machine, "versions": _versions()}
    json.dump(text, sys.stdout, indent=2)
    print()


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
