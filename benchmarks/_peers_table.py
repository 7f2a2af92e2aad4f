"""The comparison with other libraries as Markdown."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from _pages import number, spread, table
from _peers_cases import CELLS

PAGE = Path(__file__).parents[1] / "docs" / "algorithms" / "speed.md"
TITLES = {"ours": "rllib_algos", "benchmarl": "BenchMARL", "xuance": "XuanCe", "agilerl": "AgileRL"}
NAMES = {**TITLES, "products": "our matrix products alone"}
UNITS = {"sampling": "environment steps", "updates": "joint updates"}


def markdown(results: Mapping[str, Any]) -> str:
    """A table per kind of work, where the time goes, what could not be measured, and versions."""
    parts = []
    for kind, unit in UNITS.items():
        head = [f"{unit} per CPU second", *TITLES.values()]
        head += [f"ratio to {TITLES[peer]}" for peer in results["peers"]]
        rows = results[kind].items()
        body = [_row(str(CELLS[name]), row, results["peers"]) for name, row in rows]
        parts.append(table(head, body))
    parts.append(_shares(results["where_time_goes"]))
    failed = _failures(results)
    if failed:
        parts.append("\n".join(failed))
    parts.append(_versions(results))
    return "\n\n".join(parts)


def _row(title: str, row: Mapping[str, Any], peers: Mapping[str, Any]) -> list[str]:
    rates = [number(row.get(name, {}).get("rate")) for name in TITLES]
    ratios = [spread(row[peer]) if "ratio" in row.get(peer, {}) else "-" for peer in peers]
    return [title, *rates, *ratios]


def _shares(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Where the time goes: a row for each cell and library."""
    lines = ["| where the time goes | library | shares |", "|---|---|---|"]
    for name, by_library in found.items():
        for library, shares in by_library.items():
            text = ", ".join(f"{who} {share:.0%}" for who, share in shares.items() if share >= 0.02)
            lines.append(f"| {CELLS[name]} | {TITLES[library]} | {text} |")
    return "\n".join(lines)


def _failures(results: Mapping[str, Any]) -> list[str]:
    lines = [
        f"- {TITLES[peer]} could not be installed or started: {found['error']}"
        for peer, found in results["peers"].items()
        if "error" in found
    ]
    for kind in UNITS:
        for name, row in results[kind].items():
            lines += [
                f"- {NAMES[library]} failed at {CELLS[name]}: {entry['error']}"
                for library, entry in row.items()
                if "error" in entry
            ]
    return lines


def _versions(results: Mapping[str, Any]) -> str:
    found = [
        f"{TITLES[peer]}: " + ", ".join(f"{n} {v}" for n, v in entry["versions"].items())
        for peer, entry in {"ours": results["ours"], **results["peers"]}.items()
        if "versions" in entry
    ]
    return "Versions. " + "; ".join(found) + "."
