"""Rates of several things that take turns, and how they compare within a turn."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Rate = Callable[[float], float]  # works for so many CPU seconds, returns what it did per second


def rate_of(action: Callable[[], object], *, together: int = 16) -> Rate:
    """Calls per second of an action in this process, which is called at least once a turn.

    Args:
        action: what is measured.
        together: most calls between two looks at the clock.
    """

    def measure(seconds: float) -> float:
        calls, few, start = 0, 1, time.process_time()
        while True:
            for _ in range(few):
                action()
            calls, few = calls + few, min(2 * few, together)
            spent = time.process_time() - start
            if spent >= seconds:
                return calls / max(spent, 1e-9)

    return measure


def in_turns(rates: Mapping[str, Rate], *, rounds: int, seconds: float) -> dict[str, list[float]]:
    """The rates of each in every round, in which all take turns; a first call warms up.

    Args:
        rates: what is measured, by name.
        rounds: how often each is measured.
        seconds: CPU time of one measurement.
    """
    for rate in rates.values():
        rate(0.0)
    seen: dict[str, list[float]] = {name: [] for name in rates}
    for _ in range(rounds):
        for name, rate in rates.items():
            seen[name].append(rate(seconds))
    return seen


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, Any]:
    """Median and range of the ratios within rounds."""
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return {"ratio": statistics.median(ratios), "ratio_range": [min(ratios), max(ratios)]}
