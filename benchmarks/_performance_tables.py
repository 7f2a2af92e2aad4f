"""The tables of docs/performance.md, each from the results of one benchmark."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import _environment_tables as environments
import _metro_tables as metro
from _pages import flat, number, spread, table

Found = Mapping[str, Any]


def by_column(
    head: Sequence[str], rows: Iterable[tuple[Sequence[str], Found]], columns: Mapping[str, str]
) -> str:
    """A table of the numbers of each row under the given keys, "-" where it has none.

    Args:
        head: of the columns before the numbers.
        rows: what stands before the numbers, and the numbers; ratios may have their range.
        columns: heads of the others, and their keys.
    """
    body = [[*titles, *(_shown(row.get(key)) for key in columns.values())] for titles, row in rows]
    return table([*head, *columns], body)


def _shown(value: Any) -> str:
    return spread(value) if isinstance(value, Mapping) else number(value)


def replay(found: Found) -> str:
    """Memory and time of each way to store transitions."""
    columns = {
        "kB per transition": "kilobytes_per_transition",
        "add 25 [ms]": "milliseconds_to_add_a_fragment",
        "sample [ms]": "milliseconds_to_torch",
        "with all observations [ms]": "milliseconds_with_observations_of_all_agents",
    }
    rows = {
        "rows, sampled actions": "rows_sampled_actions",
        "rows, probabilities": "rows_soft_actions",
        "all agents' observations": "observations_of_all_agents_stored",
    }
    return by_column(["stored"], [([title], found[key]) for title, key in rows.items()], columns)


def sampling(found: Found) -> str:
    """Rates and ratios by environment and number of copies."""
    columns = {
        "together": "together",
        "one by one": "joint",
        "stock": "stock",
        "bare loop": "bare_loop",
        "one by one / stock": "joint_over_stock",
        "together / stock": "together_over_stock",
        "one by one / bare loop": "joint_over_bare_loop",
    }
    rows = [
        ([CASES.get(case, case), key.partition("_")[0]], row[key])
        for case, row in found.items()
        for key in ("1_copies", "8_copies")
    ]
    return by_column(["environment", "copies"], rows, columns)


CASES = {
    "servers": "7 agents of 100 rows, next to free",
    "users": "100 agents, next to free",
    "simulated_servers": "allocation, servers as agents",
    "simulated_users": "allocation, users as agents",
}


def updates(found: Found) -> str:
    """Rates of joint updates and how near they are to what products alone would take."""
    columns = {
        "per CPU second": "updates_per_cpu_second",
        "gigaflop": "gigaflop",
        "share of peak": "share_of_peak",
        "share of its products alone": "share_of_products",
        "ms": "milliseconds",
        "in bfloat16": "milliseconds_in_bfloat16",
        "compiled": "milliseconds_compiled",
        "seconds to compile": "seconds_to_compile",
    }
    return by_column(["joint update"], [([row["case"]], row) for row in found.values()], columns)


def checkpoint(found: Found) -> str:
    """Size and time by algorithm."""
    rows = [
        [name, number(row["megabytes"]), number(row["replay_megabytes"])]
        + [number(1000 * row[f"{what}_cpu_seconds"]) for what in ("save", "load")]
        + [spread(row["over_writing"])]
        for name, row in found.items()
    ]
    head = ["algorithm", "MB", "of them replay", "save [ms]", "load [ms]", "save / plain write"]
    return table(head, rows)


def memory(found: Found) -> str:
    """Peaks by process."""
    columns = {
        "peak [MB]": "peak_megabytes",
        "beyond imports [MB]": "rise_megabytes",
        "full replay [MB]": "full_replay_megabytes",
    }
    rows = [([name.replace("_", " ")], row) for name, row in found.items()]
    return by_column(["process"], rows, columns)


def distributed(found: Found) -> str:
    """Rates of teams of env runners, and their ratios; what two nodes cost, where that can be said.

    Where a second runner on the same node adds little, as on a machine that has no core to spare, a
    ratio near 1 says nothing of the cost of being on another node.
    """
    second = found.get("two_on_one_node_over_one_runner")
    conclusive = second is not None and second["ratio"] >= WELL_ABOVE_ONE
    nodes = spread(found["two_nodes_over_one_node"]) if conclusive else "not conclusive here"
    ratios = {
        "one": ["-", "-"],
        "two_on_one_node": ["-" if second is None else spread(second), "-"],
        "two_on_two_nodes": [spread(found["two_nodes_over_one_runner"]), nodes],
    }
    rows = [
        [name.replace("_", " "), str(found["nodes"][name]), number(rate), *ratios[name]]
        for name, rate in found["slots_per_second"].items()
    ]
    head = ["env runners", "nodes", "slots per second", "over one", "over two on one node"]
    return table(head, rows)


WELL_ABOVE_ONE = 1.5  # what two runners on a node must collect over one, to compare nodes with


def runs(results: Mapping[str, Found]) -> str:
    """What was run on what, and the versions; those of others are on their own pages."""
    rows = [
        [_command(name, run), number(run["minutes"]), _commit(run)]
        + [run["machine"][what] for what in ("processor", "python")]
        for name, run in results.items()
    ]
    versions = {
        ", ".join(f"{package} {version}" for package, version in run["versions"].items())
        for run in results.values()
    }
    head = ["benchmark", "minutes", "commit", "processor", "Python"]
    return "\n\n".join([table(head, rows), *(f"Versions: {text}." for text in sorted(versions))])


def _command(name: str, run: Found) -> str:
    return " ".join([name, *run.get("arguments", ())])


def _commit(run: Found) -> str:
    """Its first digits; reports of before have none, nor have those made without git."""
    code = run.get("code")
    if not code:
        return "not noted"
    return f"`{code['commit'][:10]}`" + (", changed" if code["changed"] else "")


# Name of the part of the page: which benchmark's results it shows, and how.
TABLES: Mapping[str, tuple[str, Callable[[Found], str]]] = {
    "environment": ("environment", environments.sizes),
    "mobile-env": ("environment", environments.mobile_env),
    "cvxpy": ("environment", environments.cvxpy),
    "vector": ("vector", environments.vector),
    "vector-parts": ("vector", environments.vector_parts),
    "metro": ("metro", metro.flat_numbers),
    "replay": ("replay", replay),
    "checkpoint": ("checkpoint", checkpoint),
    "memory": ("memory", memory),
    "distributed": ("distributed", distributed),
    "sampling": ("sampling", sampling),
    "updates": ("updates", updates),
    "decision-time": ("decision_time", flat),
    "slot-bound": ("slot_bound", flat),
}
