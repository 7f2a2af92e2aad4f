"""Why targets are missed, in words whose numbers are those of the benchmarks."""

from collections.abc import Callable, Mapping
from typing import Any

from _pages import number
from _peers_cases import CELLS

Results = Mapping[str, Mapping[str, Any]]  # of each benchmark that has been run
SHARED = ("allocation", "draw")  # parts of a step that are the same work for every copy


def unknown(results: Results) -> str:
    """No reason is known."""
    return ""


def fewer_users(results: Results) -> str:
    """Of the comparison with a scenario of fewer users."""
    return (
        "A step there moves less than a third of the users; with as many users, see the rows above."
    )


def vector(parts_key: str, allocation: str) -> Callable[[Results], str]:
    """Of copies that are stepped together: what of a step is work that each copy brings.

    Args:
        parts_key: of the parts of a step among the results.
        allocation: what the part of that name is.
    """

    def limit(results: Results) -> str:
        parts = results["vector"][parts_key]
        share = sum(parts[name] for name in SHARED) / sum(parts.values())
        return (
            f"{allocation} and the draw of a slot, which every copy needs for itself, take "
            f"{share:.0%} of a copy's step."
        )

    return limit


def metro_step(view: str, form: str) -> Callable[[Results], str]:
    """Of a step with ten thousand users: what takes most of it.

    Args:
        view: who the agents are.
        form: whether all observations are made.
    """

    def limit(results: Results) -> str:
        parts = results["metro"]["steps"][view][form]["parts_ms"]
        most = sorted(parts.items(), key=lambda part: -part[1])[:3]
        return f"Most of it: {', '.join(f'{name} {number(ms)} ms' for name, ms in most)}."

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


def least_ratio(found: Mapping[str, Any], cell: str) -> float:
    """The ratio to the best peer in a cell of `peers.py`; KeyError where no peer was measured."""
    ratios = [row["ratio"] for row in found[CELLS[cell].kind][cell].values() if "ratio" in row]
    if not ratios:
        raise KeyError(cell)
    return min(ratios)


def products(cell: str) -> Callable[[Results], str]:
    """Of updates beside peers: the ratio if nothing but the matrix products took time."""

    def limit(results: Results) -> str:
        text = "Every library makes these matrix products by the same PyTorch"
        row = results.get("updates", {}).get(cell)
        if row is None:
            return f"{text}."
        most = least_ratio(results["peers"], cell) / row["share_of_products"]
        return f"{text}; were there nothing else to do here, the ratio would be {number(most)}."

    return limit


def peak(case: str) -> Callable[[Results], str]:
    """Of the share of the peak: what share the same products reach alone."""

    def limit(results: Results) -> str:
        row = results["updates"][case]
        alone = row["share_of_peak"] / row["share_of_products"]
        return (
            f"Its own products alone, in their sizes, reach {number(alone)} of the peak; "
            f"{1 - row['share_of_products']:.0%} of the time goes to ReLU, losses and Adam."
        )

    return limit
