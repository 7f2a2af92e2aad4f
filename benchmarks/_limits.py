"""Why targets are missed, in words whose numbers are those of the benchmarks."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from _pages import number
from _peers_cases import CELLS
from _peers_table import TITLES

Results = Mapping[str, Mapping[str, Any]]  # of each benchmark that has been run
SHARED = ("allocation", "draw")  # parts of a step that are the same work for every copy
PARTS = {"servers": "parts_us", "offloading_180": "offloading_180_parts_us"}  # in `vector.py`
KINDS = {  # of torch's operators, by what they do in an update
    "products": ("mm", "addmm", "bmm", "baddbmm", "baddbmm_"),
    "ReLU": ("relu_", "clamp_min_", "threshold_backward"),
    "copies": ("copy_",),
    "Adam": ("_fused_adam_", "Optimizer.step#Adam.step"),
    "target networks": ("lerp_",),
    "the networks' Python": ("_Stack", "_StackBackward"),
}
KIND = {operator: kind for kind, operators in KINDS.items() for operator in operators}


class NotMeasuredError(KeyError):
    """What a number needs was not measured; its argument names it."""


def unknown(results: Results) -> str:
    """No reason is known."""
    return ""


def fewer_users(results: Results) -> str:
    """Of the comparison with a scenario of fewer users."""
    return (
        "A step there moves less than a third of the users; with as many users, see the rows above."
    )


def vector(case: str, allocation: str) -> Callable[[Results], str]:
    """Of copies that are stepped together: what of a step is work that each copy brings.

    Args:
        case: of `vector.py`, whose step was measured by its parts.
        allocation: what the part of that name is, and where it was measured if elsewhere.
    """

    def limit(results: Results) -> str:
        found = results["vector"]
        parts = dict(found[PARTS[case]])
        step, alone = (
            1e6 / rate
            for rate in (found[case]["copies"]["32"]["steps_per_cpu_second"], found[case]["alone"])
        )
        own = sum(parts.pop(name) for name in SHARED)
        return (
            f"{allocation} and the draw of a slot, which every copy needs for itself, take "
            f"{number(own)} of a copy's {number(step)} µs; with these alone the ratio would be "
            f"{number(alone / own)}. Most of what is left: {_most(parts, 'µs')}."
        )

    return limit


def _most(parts: Mapping[str, float], unit: str) -> str:
    """The three largest."""
    largest = sorted(parts.items(), key=lambda part: -part[1])[:3]
    return ", ".join(f"{name} {number(value)} {unit}" for name, value in largest)


def metro_step(view: str, form: str) -> Callable[[Results], str]:
    """Of a step with ten thousand users: what takes most of it.

    Args:
        view: who the agents are.
        form: whether all observations are made.
    """

    def limit(results: Results) -> str:
        parts = results["metro"]["steps"][view][form]["parts_ms"]
        return f"Most of it: {_most(parts, 'ms')}."

    return limit


def sampling(path: tuple[str, ...]) -> Callable[[Results], str]:
    """Of sampling: where the time goes.

    Args:
        path: of the number in the results.
    """
    copies = path[1] if len(path) == 3 else "8_copies"
    form = "joint" if path[-1].startswith("joint") else "together"

    def limit(results: Results) -> str:
        shares = results["sampling"][path[0]][copies].get(f"where_time_goes_{form}", {})
        most = [f"`{name}` {share:.0%}" for name, share in list(shares.items())[:4]]
        return f"Where the time goes: {', '.join(most)}." if most else ""

    return limit


def least_ratio(found: Mapping[str, Any], cell: str, key: str = "ratio") -> float:
    """The ratio to the best of all peers in a cell of `peers.py`.

    Args:
        found: its results.
        cell: which.
        key: "products_ratio": that of the matrix products alone.

    Raises:
        KeyError: the cell has not been measured.
        NotMeasuredError: of a library that should have been, there is no ratio.
    """
    row, peers = found[CELLS[cell].kind][cell], CELLS[cell].peers
    failed = ("ours",) if "error" in row.get("ours", {}) else peers
    missing = [TITLES[who] for who in failed if key not in row.get(who, {})]
    if missing:
        raise NotMeasuredError(", ".join(missing))
    return min(row[peer][key] for peer in peers)


def products(cell: str, wanted: float) -> Callable[[Results], str]:
    """Of updates beside peers: the ratio if nothing but the matrix products took time.

    Args:
        cell: of `peers.py`.
        wanted: the ratio that is missed; where products would allow it, the others are named.
    """

    def limit(results: Results) -> str:
        text, most = "Every library makes these matrix products by the same PyTorch", wanted
        try:
            most = least_ratio(results["peers"], cell, "products_ratio")
            text += f"; were there nothing else to do here, the ratio would be {number(most)}"
        except KeyError:  # in results of before
            pass
        goes = "" if most < wanted else where_time_goes(results, cell)
        return f"{text}. {goes}".strip()

    return limit


def peak(case: str) -> Callable[[Results], str]:
    """Of the share of the peak: what share the same products reach alone."""

    def limit(results: Results) -> str:
        row = results["updates"][case]
        alone = number(row["share_of_peak"] / row["share_of_products"])
        text = f"Its own products alone, in their sizes, reach {alone} of the peak."
        return f"{text} {where_time_goes(results, case)}".strip()

    return limit


def where_time_goes(results: Results, case: str) -> str:
    """What takes an update of `updates.py` its time; "" where that has not been profiled."""
    shares = results.get("updates", {}).get(case, {}).get("where_time_goes", {})
    spent: Counter[str] = Counter()
    for operator, share in shares.items():
        name = operator.removeprefix("aten::")
        spent[KIND.get(name, f"`{name}`")] += share
    most = [f"{kind} {share:.0%}" for kind, share in spent.most_common() if share >= 0.02]
    return f"Where the time goes without the replay: {', '.join(most)}." if most else ""
