"""The process in which one library runs: takes requests, one JSON line each, and answers them.

A request names a cell, and the CPU seconds to spend on it, or asks for a profile. The answer holds
the rate, or where the time went, or the error. Nothing but the standard library is needed here.
"""

import cProfile
import json
import os
import pstats
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

Work = Callable[[], int]  # does some work, returns how much of it


def serve(build: Callable[[str], Work], packages: tuple[str, ...]) -> None:
    """Answers requests until there are no more.

    Args:
        build: makes the work of a cell of this name, ready to be measured.
        packages: whose versions are reported.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever libraries print is no answer
    name, work = None, None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "cell" not in request:
                answer: dict[str, Any] = {"versions": {p: version(p) for p in packages}}
            else:
                if request["cell"] != name:
                    work = None
                    name, work = request["cell"], build(request["cell"])
                    work()
                assert work is not None
                answer = profile(work) if "profile" in request else rate(work, request["seconds"])
        except Exception as error:
            name = None
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


def rate(work: Work, seconds: float) -> dict[str, float]:
    """Works for so many CPU seconds, at least once."""
    done, start = 0, time.process_time()
    while done == 0 or time.process_time() - start < seconds:
        done += work()
    return {"rate": done / (time.process_time() - start)}


def profile(work: Work) -> dict[str, dict[str, float]]:
    """Shares of the time by library; calls into other libraries count as theirs."""
    profiler = cProfile.Profile(time.process_time)
    profiler.runcall(work)
    spent: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        spent[owner(file, name)] += own
    total = spent.total()
    return {"shares": {name: round(own / total, 3) for name, own in spent.most_common(8)}}


def owner(file: str, function: str) -> str:
    """Names the library that a function belongs to.

    Args:
        file: where it stands; "~" if it is compiled.
        function: its name in a profile.
    """
    if file == "~":
        return "compiled torch" if "torch" in function else "other compiled code"
    found = re.search(r"site-packages/(\w+)", file) or re.search(r"/(rllib_algos)/", file)
    if found:
        return found[1]
    return "environment" if "_prepared_env" in file else "standard library"
