"""The tables about ten thousand users, in docs/performance.md and on a page of their own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from _environment_tables import PARTS
from _pages import MISSING, flat, number, table

Found = Mapping[str, Any]
PAGE = Path(__file__).resolve().parents[1] / "docs" / "how_to" / "metro.md"
COLUMNS = {
    "servers, all made": ("servers", "all_made"),
    "servers, when looked up": ("servers", "when_looked_up"),
    "users, all made": ("users", "all_made"),
    "users, when looked up": ("users", "when_looked_up"),
}
FORMS = {"all made": "all_made", "when looked up": "when_looked_up"}


def flat_numbers(found: Found) -> str:
    """Times of a step, of the bound and of rules, their gaps, and the growth."""
    return flat({key: found[key] for key in ("steps", "rules", "growth") if key in found})


def parts(found: Found) -> dict[str, str]:
    """The tables of the page of its own, by name."""
    return {
        "steps": steps(found),
        "growth": growth(found),
        "rules": rules(found),
        "trained": trained(found),
    }


def steps(found: Found) -> str:
    """Milliseconds of a step and of its parts, by who the agents are and by form."""
    if "steps" not in found:
        return MISSING
    columns = [found["steps"][view][form] for view, form in COLUMNS.values()]
    rows = [["step [ms]", *(number(column["step_ms"]) for column in columns)]]
    for part, title in PARTS.items():
        rows.append([f"of it {title}", *(number(c["parts_ms"][part]) for c in columns)])
    return table(["measured", *COLUMNS], rows)


def growth(found: Found) -> str:
    """Exponents of the growth of a step's time, by form."""
    if "growth" not in found:
        return MISSING
    heads = {"in users": "in_users", "in servers": "in_servers"}
    rows = [
        [title, *(number(found["growth"][form][key]) for key in heads.values())]
        for title, form in FORMS.items()
    ]
    return table(["observations", *heads], rows)


def rules(found: Found) -> str:
    """Seconds of a slot and gaps to its bound, by rule."""
    seconds, gaps = found["rules"]["cpu_seconds"], found["rules"]["gaps_percent"]
    rows = [[f"`{name}`", number(seconds[name]), number(gaps.get(name))] for name in seconds]
    rows[0][0] = "bound"
    rows.append(["static prices, once", number(found["rules"]["static_prices_cpu_seconds"]), "-"])
    return table(["", "CPU time of a slot [s]", "gap to the bound [%]"], rows)


def trained(found: Found) -> str:
    """What the trained policy reaches beside rules, and the memory of training."""
    if "training" not in found:
        return MISSING
    training = found["training"]
    rows = []
    for row in training["compared"]:
        learned = row["policy"] not in ("greedy", "static-price", "upper bound")
        name = f"trained for {training['slots']} slots" if learned else f"`{row['policy']}`"
        if row["policy"] == "upper bound":
            name = "bound"
        rows.append([name, number(row["system_qoe"]["mean"]), number(100 * row["gap"]["mean"])])
    head = ["policy", "system QoE", "gap to the bound [%]"]
    return "\n\n".join(
        [
            table(head, rows),
            f"Most memory of the process that trained: {number(training['peak_megabytes'])} MB. "
            f"Its settings: {', '.join(f'`{setting}`' for setting in training['settings'])}.",
        ]
    )
