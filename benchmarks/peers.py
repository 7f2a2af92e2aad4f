"""Sampling and updates against other libraries, each in a throw-away environment of its own.

    python benchmarks/peers.py [--quick] [--venvs DIR] [--offline]

Takes about fourteen minutes, and as long again to download and install the peers for the first time
(`_peers_venvs.py` has their versions). Everything runs on one thread and is counted in CPU seconds
of its process. The libraries take turns, three rounds of each measurement; reported are medians of
rates, and medians and ranges of the ratios within a round. With them take turns the matrix products
of our own updates alone: `products_ratio` is theirs to a peer's updates. What was done so that the
comparison is fair: docs/algorithms/speed.md.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from _peers_cases import CELLS, PEERS
from _peers_process import Worker
from _peers_venvs import interpreter, require
from _report import report
from _turns import ratio

HERE = Path(__file__).resolve().parent
ROUNDS, SECONDS = 3, 1.0
PRODUCTS = "products"  # of our own updates, which take turns with the libraries
QUICK = ("servers_1_copy", "servers_vdn")  # cells
PROFILED = ("users_1_copy", "users_8_copies", "users_idqn", "servers_idqn")


def start(folder: Path, *, offline: bool = False) -> tuple[dict[str, Worker], dict[str, Any]]:
    """Returns a worker per library that runs, and the versions or the error of each.

    Raises:
        RuntimeError: this package's own does not run.
    """
    workers, found = {}, {}
    for name in ("ours", *PEERS):
        try:
            python = (
                sys.executable if name == "ours" else interpreter(name, folder, offline=offline)
            )
        except RuntimeError as error:
            found[name] = {"error": str(error)}
            continue
        worker = Worker(python, HERE / f"_peers_{name}.py", folder / f"{name}.log")
        found[name] = worker.ask()
        if "error" in found[name]:
            worker.close()
            if name == "ours":
                raise RuntimeError(f"there is nothing to compare: {found[name]['error']}")
        else:
            workers[name] = worker
    script = HERE / f"_peers_{PRODUCTS}.py"
    workers[PRODUCTS] = Worker(sys.executable, script, folder / f"{PRODUCTS}.log")
    return workers, found


def measure(workers: Mapping[str, Any], name: str, rounds: int, seconds: float) -> dict[str, Any]:
    """One cell by all who can do it, taking turns; those that fail drop out."""
    rates: dict[str, list[float]] = {}
    row: dict[str, Any] = {}
    extra = (PRODUCTS,) if CELLS[name].kind == "updates" else ()
    for _ in range(rounds):
        for library in ("ours", *CELLS[name].peers, *extra):
            if library not in workers or library in row:
                continue
            answer = workers[library].ask(cell=name, seconds=seconds)
            if "error" in answer:
                row[library] = answer
            else:
                rates.setdefault(library, []).append(answer["rate"])
    row |= {who: {"rate": statistics.median(r)} for who, r in rates.items() if who not in row}
    for peer in CELLS[name].peers:
        if "rate" in row.get(peer, {}) and "rate" in row.get("ours", {}):
            row[peer] |= ratio(rates["ours"], rates[peer])
            if "rate" in row.get(PRODUCTS, {}):
                row[peer]["products_ratio"] = ratio(rates[PRODUCTS], rates[peer])["ratio"]
    return row


def where_time_goes(workers: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Shares of the time by library, of all who can do this cell."""
    able = [who for who in ("ours", *CELLS[name].peers) if who in workers]
    answers = {who: workers[who].ask(cell=name, profile=True) for who in able}
    return {who: answer["shares"] for who, answer in answers.items() if "shares" in answer}


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """All results."""
    folder = options.venvs.resolve()  # workers run elsewhere
    folder.mkdir(parents=True, exist_ok=True)
    workers, found = start(folder, offline=options.offline)
    results: dict[str, Any] = {"ours": found.pop("ours"), "peers": found}
    results |= {"sampling": {}, "updates": {}, "where_time_goes": {}}
    try:
        for name in options.cells:
            row = measure(workers, name, options.rounds, options.seconds)
            results[CELLS[name].kind][name] = row
            if name in PROFILED:
                results["where_time_goes"][name] = where_time_goes(workers, name)
            print(name, row, file=sys.stderr)
    finally:
        for worker in workers.values():
            worker.close()
    return results


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="Sampling and updates against other libraries.")
    folder = Path(tempfile.gettempdir()) / "edgemarl-peers"
    parser.add_argument("--venvs", type=Path, default=folder, help="where the peers are installed")
    parser.add_argument("--cells", nargs="+", default=list(CELLS), choices=list(CELLS), metavar="C")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each measurement")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="CPU time per measurement")
    parser.add_argument("--offline", action="store_true", help="download nothing")
    parser.add_argument("--quick", action="store_true", help="little of two cells, to try it out")
    options = parser.parse_args()
    if options.quick:
        options.cells, options.rounds, options.seconds = list(QUICK), 1, 0.01
    results = compare(options)
    report("peers", results)
    require(results["peers"], offline=options.offline)


if __name__ == "__main__":
    main()
