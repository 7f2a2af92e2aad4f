"""The comparison as Markdown tables, and where the documentation holds them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from _pages import table

HOME = Path(__file__).resolve().parents[1]
PAGE, README = HOME / "docs" / "solver.md", HOME / "README.md"
IN_README = (
    *("compiled", "numpy search", "cuts by linprog", "HiGHS, piecewise linear"),
    *("differential evolution", "SCIP, 20 s a server", "greedy", "SLSQP, 10 starts", "equal share"),
)


def markdown(results: Mapping[str, Any]) -> str:
    """The table of all methods and sizes, and a line of facts about the compiled search."""
    sizes = list(results["methods"])
    titles = list(results["methods"][sizes[0]])
    head = ["method", *(f"{int(size):,} users: objective | time" for size in sizes)]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|---:|" * len(sizes)]
    for title in titles:
        cells = [_cell(results["methods"][size][title]) for size in sizes]
        lines.append("| " + " | ".join([title, *cells]) + " |")
    return "\n".join([*lines, "", *_facts(results), *_left_out(results)])


def brief(results: Mapping[str, Any]) -> str:
    """The table of the README: some methods, with the fewest users."""
    rows = next(iter(results["methods"].values()))
    cells = ((title, rows[title]) for title in IN_README if "left_out" not in rows[title])
    return table(
        ["method", "value", "time"],
        [
            [title, f"{row['objective_mean']:.6f}", _ratio(row["time_ratio"])]
            for title, row in cells
        ],
    )


def _cell(row: Mapping[str, Any]) -> str:
    """Objective over bound, mean (least), and the time over that of the compiled search."""
    if "left_out" in row:
        return "- | -"
    mean, least = (f"{row[key]:.6f}" for key in ("objective_mean", "objective_min"))
    return f"{mean} ({least}) | {_ratio(row['time_ratio'])}"


def _ratio(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"


def _facts(results: Mapping[str, Any]) -> list[str]:
    """What the table does not say, a line each."""
    facts, users = [], results["growth"]["users"]
    for size, row in users.items():
        if size in results["methods"]:
            facts.append(
                f"- Compiled, {int(size):,} users: {row['cpu_us_per_slot'] / 1000:.3g} ms of CPU "
                f"per slot, {row['least_us_per_slot'] / 1000:.3g} ms at best; nodes per server "
                f"{row['nodes_per_server_mean']:.1f} on average, {row['nodes_per_server_max']} "
                "at most."
            )
    first, *_, last = users
    facts.append(
        f"- Its time grows like |U| to the power of {results['growth']['exponent']:.2f} between "
        f"{int(first):,} and {int(last):,} users."
    )
    for backend, row in results["equal_tolerance"].items():
        facts.append(
            f"- At an equal tolerance of {row['tolerance']:.0e} and 100 users, the {backend} "
            f"backend takes {row['time_ratio']:,.0f} times as long as the compiled one."
        )
    nodes = results["nodes_nearly_identical"]["0.0001"]
    facts.append(
        f"- Twenty users alike but for noise of 1e-4, with room for five and a half: {nodes} nodes."
    )
    return facts


def _left_out(results: Mapping[str, Any]) -> list[str]:
    """Why cells are empty, a line for each method and reason."""
    sizes: dict[tuple[str, str], list[str]] = {}
    for size, rows in results["methods"].items():
        for title, row in rows.items():
            if "left_out" in row:
                sizes.setdefault((title, row["left_out"]), []).append(f"{int(size):,}")
    return [
        f"- Left out: {title} at {' and '.join(n)} users ({why})."
        for (title, why), n in sizes.items()
    ]
