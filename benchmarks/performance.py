"""The pages that show results of benchmarks, written from what `suite.py` kept.

    python benchmarks/performance.py

`docs/performance.md` shows every target and table, `docs/how_to/metro.md` those of ten thousand
users, `docs/algorithms/speed.md` the comparison with other libraries, `docs/solver.md` and
`README.md` that of the solver. They say what has not been measured.
"""

import json
import sys
from pathlib import Path
from typing import Any

import _metro_tables
import _peers_table
import _solver_table
from _pages import MISSING, table, update
from _performance_tables import TABLES, runs
from _suite_cases import SUITE
from _targets import TARGETS

DOCS = Path(__file__).resolve().parents[1] / "docs"
RESULTS = DOCS / "performance"
PAGE = DOCS / "performance.md"


def load(folder: Path = RESULTS) -> dict[str, Any]:
    """What each benchmark printed, in the order of the suite, but for quick runs."""
    found = {}
    for benchmark in SUITE:
        path = folder / f"{benchmark.name}.json"
        if not path.exists():
            continue
        report = json.loads(path.read_text(encoding="utf-8"))
        if report.get("quick"):
            print(f"{path}: left out, nothing can be concluded from a quick run", file=sys.stderr)
        else:
            found[benchmark.name] = report
    return found


def pages(reports: dict[str, Any]) -> dict[Path, dict[str, str]]:
    """The parts that are written, of each page; those of other pages only where there are results.

    Args:
        reports: of every benchmark that has been run.
    """
    results = {name: report["results"] for name, report in reports.items()}
    head = ["target", "wanted", "measured", ""]
    own = {"targets": table(head, [target.row(results) for target in TARGETS])}
    for part, (name, show) in TABLES.items():
        own[part] = show(results[name]) if name in results else MISSING
    own["runs"] = runs(reports) if reports else MISSING
    found = {PAGE: own}
    for name, module in (("peers", _peers_table), ("solver", _solver_table)):
        if name in results:
            found[module.PAGE] = {"table": module.markdown(results[name])}
    if "metro" in results:
        found[_metro_tables.PAGE] = _metro_tables.parts(results["metro"])
    if "solver" in results:
        found[_solver_table.README] = {"solver": _solver_table.brief(results["solver"])}
    return found


def write_pages() -> None:
    """Write all parts into their pages."""
    for path, parts in pages(load()).items():
        update(path, parts)


if __name__ == "__main__":
    write_pages()
