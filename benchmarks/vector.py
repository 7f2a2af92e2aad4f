"""Steps per CPU second of copies that are stepped together, against one environment alone.

    python benchmarks/vector.py [--quick]

Takes about two minutes. The paper's scenario with 100 users under random actions, on one thread,
observations included; rates are per second of CPU, medians of rounds in which all that is compared
takes turns, and ratios are taken within a round.

- `alone`: steps of PettingZoo's interface.
- `copies`: steps of all copies together by `edgemarl.vector`, for several numbers of copies.
- `rows`: the same, acting by one entry for each user and looking at the joint state alone, as
  learners do that keep an observation once; servers only.
- `parts_us`: microseconds of a copy's step with the most copies: actions, allocation (the solver),
  the rest of the evaluation, rewards and infos, the draw of the next slot, observations.
"""

import argparse
import statistics
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from _environment_cases import stepper
from _report import report
from _solver_slots import Recorder
from _turns import Rate, in_turns, rate_of, ratio

import edgemarl
from edgemarl.djtcra.batch_draws import draws_of
from edgemarl.djtcra.batch_outcome import evaluate_each
from edgemarl.djtcra.batch_reports import Rows, slot_infos
from edgemarl.djtcra.batch_servers import ServersTogether
from edgemarl.djtcra.env import DJTCRAEnv

COPIES, QUICK_COPIES = (1, 8, 32), (2,)
PREPARED = 20  # joint actions that are drawn before the clock starts
Part = Callable[[], object]


def together(view: str, copies: int, *, rows: bool = False) -> Part:
    """One step of all copies, with what they observe afterwards and resets as needed."""
    batch: Any = edgemarl.vector(f"edgemarl/djtcra-{view}-v0", copies)
    batch.reset(list(range(copies)))
    users = batch.state().shape[1]
    agents = (len(batch.possible_agents),) if view == "servers" and not rows else ()
    servers = batch.envs[0].unwrapped.scenario.num_servers
    shape = PREPARED, copies, *agents, users
    actions = np.random.default_rng(0).integers(servers, size=shape)
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


def parts(copies: int) -> dict[str, Part]:
    """What a step of all copies does with servers as agents, in parts."""
    env: Any = DJTCRAEnv()
    rngs = [np.random.default_rng(copy) for copy in range(copies)]
    draws, agents, rows = (
        draws_of([env.scenario] * copies),
        ServersTogether(env.view),
        Rows(env.scenario),
    )
    slots = draws.first(None, np.ones(copies, bool), rngs)
    servers, users = env.scenario.num_servers, env.scenario.num_users
    actions = np.random.default_rng(0).integers(servers, size=(copies, servers, users))
    assignment = agents.decode(actions, slots)
    recorder = Recorder()
    evaluate_each(env.scenario.replace(allocation=recorder), slots, assignment)
    outcome = evaluate_each(env.scenario, slots, assignment)

    def report_slot() -> None:
        slot_infos(outcome, slots, prices=False)
        agents.infos(outcome, slots)

    return {
        "actions": lambda: agents.decode(actions, slots),
        "allocation": lambda: env.scenario.allocation.allocate(recorder.problem),
        "evaluation": lambda: evaluate_each(env.scenario, slots, assignment),
        "infos": report_slot,
        "draw": lambda: draws.next(slots, assignment, rngs),
        "observations": lambda: agents.observe(rows.of([env.scenario], slots), slots),
    }


def times(copies: int, options: argparse.Namespace) -> dict[str, float]:
    """Microseconds of each part for each copy; the allocation is not part of the evaluation."""
    seen = measured({name: rate_of(part) for name, part in parts(copies).items()}, options)
    found = {name: 1e6 / copies / statistics.median(rates) for name, rates in seen.items()}
    found["evaluation"] -= found["allocation"]
    return found


def measured(rates: dict[str, Rate], options: argparse.Namespace) -> dict[str, list[float]]:
    """Rates in every round."""
    return in_turns(rates, rounds=options.rounds, seconds=options.seconds)


def compared(view: str, options: argparse.Namespace) -> dict[str, Any]:
    """One environment alone against copies together."""
    alone = edgemarl.make(f"edgemarl/djtcra-{view}-v0")
    rates = {"alone": rate_of(stepper(alone))}
    kinds = {"copies": False, "rows": True} if view == "servers" else {"copies": False}
    for kind, rows in kinds.items():
        for copies in options.copies:
            step = rate_of(together(view, copies, rows=rows))
            rates[f"{kind} {copies}"] = lambda s, step=step, copies=copies: copies * step(s)
    seen = measured(rates, options)
    found: dict[str, Any] = {"alone": statistics.median(seen["alone"])}
    for kind in kinds:
        found[kind] = {
            str(copies): {
                "steps_per_cpu_second": statistics.median(seen[f"{kind} {copies}"]),
                **ratio(seen[f"{kind} {copies}"], seen["alone"]),
            }
            for copies in options.copies
        }
    print(view, found, file=sys.stderr)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure both views and print the report."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two copies, one short round")
    options = parser.parse_args(arguments)
    options.copies = QUICK_COPIES if options.quick else COPIES
    options.rounds, options.seconds = (1, 0.0) if options.quick else (15, 0.5)
    results: dict[str, Any] = {view: compared(view, options) for view in ("servers", "users")}
    results["parts_us"] = times(options.copies[-1], options)
    report("vector", results)


if __name__ == "__main__":
    main()
