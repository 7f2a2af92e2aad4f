"""Whether two results of one cell are the same, and where not, whether they agree."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from edgemarl.core.system import DECISION_TIME, Objective
from edgemarl.experiments.reproduction.result import CellResult

REPEATED = 1e-5  # relative: one unit in the last digit that is kept
RULE_SLACK = 0.001  # of the bound; rules do not learn, but solvers stop within a tolerance
LEARNER_SLACK = 0.02  # of the bound
SPREAD = 3.0  # standard deviations of the difference of two replicates


def first_difference(recorded: CellResult, again: CellResult) -> str | None:
    """Where the numbers of two results differ first; None where they do not."""
    for part in ("evaluation", "sampled", "curve", "validation"):
        before, now = getattr(recorded, part), getattr(again, part)
        if set(before) != set(now):
            return f"{part} must have {sorted(now)}, got {sorted(before)}"
        # A run that an earlier, shorter cell has left was checked at other slots, too.
        rows = _common(before.get("slots", [0]), now.get("slots", [0]))
        if rows is None:
            return f"{part} has no slots in common with that of the new run"
        for name in now.keys() - {DECISION_TIME}:
            old, new = (np.atleast_1d(v[name])[i] for v, i in zip((before, now), rows, strict=True))
            apart = ~np.isclose(old, new, rtol=REPEATED, atol=1e-12)
            if apart.any():
                place = int(np.argmax(apart))
                return f"{part} {name} was {old[place]:g}, is {new[place]:g}"
    return None


def _common(before: Sequence[float], now: Sequence[float]) -> tuple[Any, Any] | None:
    """Places, in two curves, of the slots that both have; None where nothing is in common."""
    slots, first, second = np.intersect1d(before, now, return_indices=True)
    return (first, second) if len(slots) or not len(now) else None


def changed_surroundings(recorded: CellResult, again: CellResult) -> str | None:
    """What of the surroundings is not as it was; None where all is."""
    pairs = {
        "commit": (recorded.commit, again.commit),
        "versions": (recorded.versions, again.versions),
        "processor": (recorded.processor, again.processor),
    }
    changed = [name for name, (before, now) in pairs.items() if before != now]
    return " and ".join(changed) or None


def beyond_tolerance(
    objective: Objective, recorded: CellResult, again: CellResult, alike: Sequence[CellResult]
) -> tuple[str | None, float]:
    """What differs by more than it may, and by how much of the bound the objective may differ.

    Rules and bounds may differ by 0.1 % of the bound. Learners by 2 %, or by three times the
    standard deviation of the difference of two replicates, where that is more: it is the square
    root of two times theirs. Where there is no bound, every number may differ by so much of itself.
    """
    before, now = recorded.evaluation, again.evaluation
    bound, was = now.get(objective.bound), before.get(objective.bound)
    if bound is not None and not math.isclose(bound, was or math.nan, rel_tol=RULE_SLACK):
        return f"the bound was {was}, is {bound:g}", RULE_SLACK
    allowed = RULE_SLACK
    if recorded.slots:
        gaps = [result.evaluation["gap"] for result in alike if "gap" in result.evaluation]
        spread = float(np.std(gaps, ddof=1)) if len(gaps) > 1 else 0.0
        allowed = max(LEARNER_SLACK, SPREAD * math.sqrt(2) * spread)
    for name in now if bound is None else [objective.name]:
        scale = abs(now[name] if bound is None else bound)
        apart = abs(now[name] - before.get(name, math.nan))
        if not apart <= allowed * scale:
            share = 100 * apart / scale if scale else math.inf
            return f"{name} is {share:.1f} % apart, allowed {100 * allowed:.1f} %", allowed
    return None, allowed


def replicates_of(result: CellResult, results: Sequence[CellResult]) -> list[CellResult]:
    """The results that differ from one in nothing but topology and training seed, it included."""
    return [other for other in results if _apart_from_seeds(other) == _apart_from_seeds(result)]


def _apart_from_seeds(result: CellResult) -> dict[str, Any]:
    scenario = {k: v for k, v in result.cell.get("scenario", {}).items() if k != "seed"}
    return {**result.cell, "scenario": scenario, "seed": None}
