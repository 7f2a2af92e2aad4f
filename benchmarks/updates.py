"""Joint updates per CPU second of the learners, and what share of the machine's peak they reach.

    python benchmarks/updates.py [--cases NAME ...] [--rounds N] [--compiled NAME ...]

Takes about seven minutes as the suite runs it; one torch thread, batches of 256 random joint
transitions. An update is what `Learner` does for one, without the replay and without what carries
the batch. Per case:

- gigaflop: floating-point operations of the matrix products of an update, by their shapes.
- share_of_peak: those per second, as a share of what a large product reaches (1024 x 1024).
- share_of_products: the time that the same products take alone, one after another, into memory
  that is there, as a share of the update's time. What is missing to 1 is everything else.

- milliseconds_in_bfloat16: an update under `bfloat16=True`.
- milliseconds_compiled, seconds_to_compile: an update of a learner of values whose networks and
  loss torch.compile has compiled, and what that took; for the cases in `--compiled`, where there is
  a C++ compiler. No setting of the learners does this.
- milliseconds_with_dead_units: an update where every sixteenth hidden unit is dead, as some are
  after long training. Its gradients are zeros, and its moments of Adam run down into numbers below
  1e-38, which processors are slow with.

Times are the best of several rounds in which update, large product and products alone take turns.
Updates of actors and critics that have a delay are averaged over one cycle.
"""

import argparse
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from _compiled import compiled, has_compiler
from _peers_cases import BATCH
from _report import report
from _update_cases import CASES, Case, batch
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from rllib_algos.joint.networks import StackedMLP

ROUNDS = 7
LARGE = 1024  # rows and columns of the product whose speed is called peak
DENORMAL = 1e-41
PRODUCTS = ("mm", "addmm", "bmm", "baddbmm")
Operand = tuple[tuple[int, ...], tuple[int, ...]]  # shape and strides


class Products(TorchDispatchMode):
    """Notes the matrix products that are made.

    Attributes:
        made: how often, by operands.
        flop: operations of all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.made: Counter[tuple[Operand, Operand]] = Counter()
        self.flop = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Makes the product, and notes it."""
        out = func(*args, **(kwargs or {}))
        packet = func._overloadpacket
        if packet.__name__ in PRODUCTS:
            self.flop += flop_registry[packet](*args, **(kwargs or {}), out_val=out)
            left, right = args[-2:]
            self.made[(left.shape, left.stride()), (right.shape, right.stride())] += 1
        return out


def alone(made: Counter[tuple[Operand, Operand]]) -> Callable[[], None]:
    """Returns what makes the same products into memory that is there."""
    work = []
    for (left, right), count in made.items():
        a, b = (torch.rand(_length(o)).as_strided(*o) for o in (left, right))
        work.append((a, b, torch.matmul(a, b), count))

    def run() -> None:
        for a, b, out, count in work:
            for _ in range(count):
                torch.matmul(a, b, out=out)

    return run


def _length(operand: Operand) -> int:
    shape, strides = operand
    return 1 + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))


def large() -> None:
    """Makes the product whose speed is called peak."""
    torch.mm(*LARGE_OPERANDS[:2], out=LARGE_OPERANDS[2])


LARGE_OPERANDS = [torch.rand(LARGE, LARGE) for _ in range(3)]


def best(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """CPU seconds of each, best of rounds in which they take turns, after a call to warm up."""
    found = dict.fromkeys(works, math.inf)
    for number in range(rounds + 1):
        for name, work in works.items():
            start = time.process_time()
            work()
            if number:
                found[name] = min(found[name], time.process_time() - start)
    return found


def measure(case: Case, rounds: int, *, compile_too: bool = False) -> dict[str, Any]:
    """Speed of one learner; if asked for, of a compiled one beside it."""
    learner = case.learner()
    cycle = math.lcm(getattr(learner.config, "actor_delay", 1), 2)
    fields = batch(learner, cycle * BATCH)
    with Products() as products:
        learner._update(fields)
    rounded = replace(case, settings={**case.settings, "bfloat16": True}).learner()
    works = {"large": large, "updates": lambda: learner._update(fields)}
    beside = {"products": alone(products.made), "bfloat16": lambda: rounded._update(fields)}
    further = {}
    if compile_too and has_compiler():
        beside["compiled"], seconds_to_compile = compiled(case.learner(), fields)
        further["seconds_to_compile"] = round(seconds_to_compile, 1)
    seconds = best(works | beside, rounds)
    if further:
        further["milliseconds_compiled"] = round(1000 * seconds["compiled"] / cycle, 2)
    shares = where_time_goes(works["updates"])
    kill_units(learner)
    late = best({"late": works["updates"]}, rounds)["late"]
    peak = 2 * LARGE**3 / seconds["large"]
    return {
        "case": str(case),
        "updates_per_cpu_second": round(cycle / seconds["updates"], 2),
        "milliseconds": round(1000 * seconds["updates"] / cycle, 2),
        "milliseconds_in_bfloat16": round(1000 * seconds["bfloat16"] / cycle, 2),
        "milliseconds_with_dead_units": round(1000 * late / cycle, 2),
        "gigaflop": round(products.flop / cycle / 1e9, 6),
        "peak_gigaflop_per_second": round(peak / 1e9, 1),
        "share_of_peak": round(products.flop / seconds["updates"] / peak, 3),
        "share_of_products": round(seconds["products"] / seconds["updates"], 3),
        "where_time_goes": shares,
        **further,
    }


def kill_units(learner: Any) -> None:
    """Makes every sixteenth hidden unit a dead one, long ago."""
    modules = learner.module.values()
    stacks = [net for m in modules for net in m.modules() if isinstance(net, StackedMLP)]
    with torch.no_grad():
        for stack in stacks:
            for bias in stack.biases[:-1]:
                bias[..., ::16] = -1e6
    for optimizer in learner._named_optimizers.values():
        for state in optimizer.state.values():
            state["exp_avg"].fill_(DENORMAL)  # with a gradient it is gone after one update


def where_time_goes(work: Callable[[], object]) -> dict[str, float]:
    """Shares of the time by torch's operator, without the operators that it calls; the largest."""
    with profile(activities=[ProfilerActivity.CPU]) as profiled:
        work()
    spent = {event.key: event.self_cpu_time_total for event in profiled.key_averages()}
    total = sum(spent.values())
    largest = sorted(spent, key=spent.__getitem__, reverse=True)[:10]
    return {name: round(spent[name] / total, 3) for name in largest}


def main() -> None:
    """Measure, and print the report."""
    parser = argparse.ArgumentParser(description="Joint updates per CPU second.")
    parser.add_argument("--cases", nargs="+", default=list(CASES), choices=list(CASES), metavar="C")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each measurement")
    learners = [name for name, case in CASES.items() if case.algorithm in ("idqn", "vdn")]
    parser.add_argument(
        "--compiled",
        nargs="+",
        default=[],
        choices=learners,
        metavar="C",
        help="takes a minute each",
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = {
        name: measure(CASES[name], options.rounds, compile_too=name in options.compiled)
        for name in options.cases
    }
    report("updates", found)


if __name__ == "__main__":
    main()
