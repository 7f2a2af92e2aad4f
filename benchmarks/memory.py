"""The most memory that environments and learners take, each in a process of its own.

    python benchmarks/memory.py [--quick]

Takes about three minutes. Environments are stepped a few times, those called `lazy` making
observations when they are looked up, which nobody does; learners sample a hundred slots of
the paper's scenario and make ten updates. Counted is the process itself, not ray's services beside
it; `rise` is what is beyond the process that has imported what it needs. A replay takes its memory
as it fills, so that its size when full is given beside.
"""

import argparse
import functools
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from _report import report
from _trained import ALGORITHMS, learner

STEPS, SLOTS, UPDATES = 5, 100, 10
USERS = (100, 10_000)
Case = Callable[[], dict[str, float]]


def peak() -> float:
    """The most memory that this process has had [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def environment(name: str, users: int, *, lazily: bool) -> dict[str, float]:
    """Steps an environment."""
    from _environment_cases import eager, lazy, stepper

    before = peak()
    step = stepper((lazy if lazily else eager)(name)(users))
    for _ in range(STEPS):
        step()
    return {"peak_megabytes": peak(), "rise_megabytes": peak() - before}


def training(algorithm: str) -> dict[str, float]:
    """Samples and learns."""
    import torch

    import rllib_algos.joint.algorithm  # noqa: F401 -- what building an algorithm imports

    torch.set_num_threads(1)
    before = peak()
    at_work = learner(algorithm, settings={"learning_starts": SLOTS - UPDATES})
    try:
        while at_work.slots < SLOTS:
            at_work.step()
        found = {"peak_megabytes": peak(), "rise_megabytes": peak() - before}
        return found | {"full_replay_megabytes": at_work.algorithm.replay.nbytes / 1e6}
    finally:
        at_work.close()


def cases() -> dict[str, Case]:
    """What is measured, by name; each is called in a process of its own."""
    found: dict[str, Case] = {}
    for name in ("djtcra_servers", "djtcra_users", "mec"):
        for users in USERS:
            forms = (False, True) if users == USERS[-1] and name != "mec" else (False,)
            for lazily in forms:
                title = f"{name}_{users}_users{'_lazy' if lazily else ''}"
                found[title] = functools.partial(environment, name, users, lazily=lazily)
    return found | {name: lambda name=name: training(name) for name in ALGORITHMS}


def apart(name: str) -> dict[str, float]:
    """A case's numbers, measured in a process of its own."""
    command = [sys.executable, __file__, "--case", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip() or 'ended without a word'}")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="Peak memory of environments and learners.")
    parser.add_argument("--quick", action="store_true", help="the smallest of each")
    parser.add_argument("--case", choices=list(cases()), help="this one alone, in this process")
    options = parser.parse_args()
    if options.case:
        print(json.dumps(cases()[options.case]()))
        return
    names = ("mec_100_users", "vdn") if options.quick else cases()
    results: dict[str, Any] = {name: apart(name) for name in names}
    report("memory", results)


if __name__ == "__main__":
    main()
