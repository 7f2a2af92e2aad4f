"""What a step of an environment takes, and its parts, which are timed within real steps."""

import contextlib
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

from _environment_cases import stepper
from _turns import Rate, in_turns, rate_of

from edgemarl.djtcra.env import DJTCRAEnv
from edgemarl.mec import outcome as mec_outcome

PARTS = ("actions", "latency", "allocation", "reports", "draw", "observation", "rest")


class Stopwatch:
    """CPU seconds by part; a moment belongs to the part that was entered last."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._within, self._since = ["rest"], 0.0

    def timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same call, whose time is that of a part."""

        def watched(*given: Any, **named: Any) -> Any:
            self._charge()
            self._within.append(name)
            try:
                return call(*given, **named)
            finally:
                self._charge()
                self._within.pop()

        return watched

    def run(self, action: Callable[[], object]) -> None:
        """Do something whose time outside of all parts is the rest."""
        self._since = time.process_time()
        action()
        self._charge()

    def _charge(self) -> None:
        now = time.process_time()
        self.seconds[self._within[-1]] += now - self._since
        self._since = now


@contextlib.contextmanager
def watched(env: Any, watch: Stopwatch) -> Iterator[None]:
    """Have the parts of an environment's steps timed: decode to observe, and what allocates."""
    places = [
        *((env.view, name, part) for name, part in _IN_VIEW.items()),
        *((env, name, part) for name, part in _IN_ENV.items()),
        *((owner, name, "allocation") for owner, name in _allocations(env)),
    ]
    with contextlib.ExitStack() as stack:
        for owner, name, part in places:
            call = watch.timed(part, getattr(owner, name))
            stack.enter_context(patch.object(owner, name, call))
        yield


_IN_VIEW = {"decode": "actions", "rewards": "reports", "observe": "observation"}
_IN_ENV = {"_evaluate": "latency", "_infos": "reports", "_next_state": "draw"}


def _allocations(env: Any) -> list[tuple[Any, str]]:
    """Problem (17) of all servers; offloading's best powers and its servers' shares."""
    if isinstance(env, DJTCRAEnv):
        return [(type(env.scenario.allocation), "allocate")]
    return [(mec_outcome, "best_power"), (mec_outcome, "shares")]


def step_and_parts(make: Callable[[], Any], *, rounds: int, seconds: float) -> dict[str, Any]:
    """Steps per CPU second, and the milliseconds of the parts of steps that are watched.

    Steps that are watched take turns with steps that are not. What begins an episode is spread over
    its steps, in parts as well.

    Args:
        make: makes the environment.
        rounds: how often each is measured.
        seconds: CPU time of one measurement.
    """
    env, watch, steps = make(), Stopwatch(), 0
    step = stepper(env)
    step()  # compiles what is compiled

    def watched_step() -> None:
        nonlocal steps
        watch.run(step)
        steps += 1

    once = rate_of(watched_step)

    def watched_rate(taken: float) -> float:
        with watched(env, watch):
            return once(taken)

    rates: dict[str, Rate] = {"step": rate_of(stepper(make())), "watched": watched_rate}
    seen = in_turns(rates, rounds=rounds, seconds=seconds)
    return {
        "steps_per_cpu_second": statistics.median(seen["step"]),
        "parts_ms": {part: 1e3 * watch.seconds[part] / steps for part in PARTS},
    }
