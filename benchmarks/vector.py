"""Steps per CPU second of copies that are stepped together, against one environment alone.

    python benchmarks/vector.py [--quick]

Takes about five minutes. Random actions, on one thread, observations included; rates are per second
of CPU, medians of rounds in which all that is compared takes turns, and ratios are taken within a
round.

- `servers`, `users`: task and resource allocation, the paper's scenario with 100 users, by who the
  agents are; `offloading`, `offloading_180`: offloading of 30 devices to two servers and of 180
  devices to eight.
- `alone`: steps of PettingZoo's interface.
- `copies`: steps of all copies together by `edgemarl.vector`, for several numbers of copies.
- `in_turn`: the same of eight copies that are wrapped, so that they are stepped in turn; allocation
  only.
- `rows`: the same as `copies`, acting by one entry for each user and looking at the joint state
  alone, as learners do that keep an observation once; servers only.
- `parts_us`: microseconds of a copy's step with the most copies, servers as agents: actions,
  allocation (the solver), the rest of the evaluation, rewards and infos, the draw of the next slot,
  observations, each called by itself, and the rest of a whole step, which is negative where the
  parts by themselves take longer; `offloading_180_parts_us` the same of 180 devices, whose
  allocation is that of the best powers.
"""

import argparse
import math
import statistics
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from _environment_cases import stepper
from _report import report
from _turns import Rate, in_turns, rate_of, ratio
from _vector_parts import Part, offloading, servers
from pettingzoo.utils.wrappers import BaseParallelWrapper

import edgemarl
from edgemarl.core.vector import batched

COPIES, IN_TURN, QUICK_COPIES = (1, 8, 32), (8,), (2,)
CASES = {  # environment and scenario
    "servers": ("edgemarl/djtcra-servers-v0", "paper"),
    "users": ("edgemarl/djtcra-users-v0", "paper"),
    "offloading": ("edgemarl/mec-v0", "n30"),
    "offloading_180": ("edgemarl/mec-v0", "n180"),
}
PREPARED = 20  # joint actions that are drawn before the clock starts


def together(name: str, copies: int) -> Any:
    """Copies that are stepped together."""
    environment, scenario = CASES[name]
    return edgemarl.vector(environment, copies, scenario=scenario)


def in_turn(name: str, copies: int) -> Any:
    """Copies that are wrapped, and so cannot be stepped together."""
    environment, scenario = CASES[name]
    envs = [edgemarl.make(environment, scenario=scenario) for _ in range(copies)]
    return batched([BaseParallelWrapper(env) for env in envs])


def step_of(batch: Any, *, rows: bool = False) -> Part:
    """One step of all copies, with what they observe afterwards and resets as needed."""
    copies = batch.num_envs
    batch.reset(list(range(copies)))
    agents = batch.possible_agents
    space = batch.envs[0].action_space(agents[0])
    space.seed(0)
    size = (copies,) if rows else (copies, len(agents))
    drawn = [space.sample() for _ in range(PREPARED * math.prod(size))]
    actions = np.reshape(drawn, (PREPARED, *size, *space.shape))
    execute, look = (batch.step_rows, batch.state) if rows else (batch.step, batch.observations)
    counter = 0

    def step() -> None:
        nonlocal counter
        counter += 1
        over = execute(actions[counter % PREPARED])[2]
        if over.any():
            batch.reset([None] * copies, over)
        look()

    return step


def times(
    case: str, parts: Callable[[int], Mapping[str, Part]], options: argparse.Namespace
) -> dict[str, float]:
    """Microseconds of each part for each copy; the allocation is not part of the evaluation."""
    copies = options.copies[-1]
    works = {**parts(copies), "rest": step_of(together(case, copies))}
    seen = measured({name: rate_of(work) for name, work in works.items()}, options)
    found = {name: 1e6 / copies / statistics.median(rates) for name, rates in seen.items()}
    found["evaluation"] -= found["allocation"]
    found["rest"] -= sum(found[name] for name in found if name != "rest")
    return found


def measured(rates: dict[str, Rate], options: argparse.Namespace) -> dict[str, list[float]]:
    """Rates in every round."""
    return in_turns(rates, rounds=options.rounds, seconds=options.seconds)


def compared(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """One environment alone against copies together."""
    environment, scenario = CASES[name]
    rates = {"alone": rate_of(stepper(edgemarl.make(environment, scenario=scenario)))}
    kinds = {"copies": options.copies}
    kinds |= {"rows": options.copies} if name == "servers" else {}
    kinds |= {"in_turn": options.in_turn} if name in ("servers", "users") else {}
    for kind, counts in kinds.items():
        for copies in counts:
            batch = in_turn(name, copies) if kind == "in_turn" else together(name, copies)
            step = rate_of(step_of(batch, rows=kind == "rows"))
            rates[f"{kind} {copies}"] = lambda s, step=step, copies=copies: copies * step(s)
    seen = measured(rates, options)
    found: dict[str, Any] = {"alone": statistics.median(seen["alone"])}
    for kind, counts in kinds.items():
        found[kind] = {
            str(copies): {
                "steps_per_cpu_second": statistics.median(seen[f"{kind} {copies}"]),
                **ratio(seen[f"{kind} {copies}"], seen["alone"]),
            }
            for copies in counts
        }
    print(name, found, file=sys.stderr)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure all cases and print the report."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two copies, one short round")
    options = parser.parse_args(arguments)
    options.copies = QUICK_COPIES if options.quick else COPIES
    options.in_turn = QUICK_COPIES if options.quick else IN_TURN
    options.rounds, options.seconds = (1, 0.0) if options.quick else (15, 0.5)
    results: dict[str, Any] = {name: compared(name, options) for name in CASES}
    results["parts_us"] = times("servers", servers, options)
    results["offloading_180_parts_us"] = times("offloading_180", offloading, options)
    report("vector", results)


if __name__ == "__main__":
    main()
