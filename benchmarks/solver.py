"""Resource allocation: the solver's backends against its peers on slots of the paper's scenario.

    python benchmarks/solver.py [--markdown] [--brief]

Takes about six minutes. Seven servers, tasks assigned at random; a slot is one problem for every
server. Objectives are relative to the certified upper bound (tolerance 1e-9), and recomputed from
the allocation. Times are CPU seconds relative to the compiled search.
"""

import argparse
from typing import Any

import _solver_peers
from _report import report
from _solver_methods import SIZES, compare
from _solver_search import (
    GROWTH_SIZES,
    compare_at_equal_tolerance,
    count_nodes_of_twins,
    measure_conjugate,
    measure_first_call,
    measure_growth,
)
from _solver_slots import draw_slots
from _solver_table import markdown


def main() -> None:
    """Measure, print the report, and the table where it is asked for."""
    parser = argparse.ArgumentParser(description="The solver and its peers.")
    parser.add_argument(
        "--markdown", action="store_true", help="print the table of docs/solver.md, too"
    )
    parser.add_argument("--brief", action="store_true", help="a few users only, to try it out")
    options = parser.parse_args()
    if options.brief:
        _solver_peers.SCIP_SECONDS = 0.5
        results = measure(sizes=(14,), growth_sizes=(14, 28), most_slots=1)
    else:
        results = measure(sizes=SIZES, growth_sizes=GROWTH_SIZES, most_slots=100)
        results["first_call_s"] = measure_first_call()
    report("solver", results)
    if options.markdown:
        print(markdown(results))


def measure(
    *, sizes: tuple[int, ...], growth_sizes: tuple[int, ...], most_slots: int
) -> dict[str, Any]:
    """All results."""
    equal = draw_slots(sizes[0], min(2, most_slots))
    return {
        "methods": compare(sizes, most_slots),
        "growth": measure_growth(growth_sizes),
        "equal_tolerance": compare_at_equal_tolerance(equal),
        "nodes_nearly_identical": count_nodes_of_twins(),
        "conjugate_100x7_us": measure_conjugate(),
    }


if __name__ == "__main__":
    main()
