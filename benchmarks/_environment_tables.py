"""The tables about environments in docs/performance.md, each from results of one benchmark."""

from collections.abc import Mapping
from typing import Any

from _pages import MISSING, number, spread, table

Found = Mapping[str, Any]
NAMES = {
    "djtcra_servers": "allocation, servers as agents",
    "djtcra_users": "allocation, users as agents",
    "mec": "offloading",
}
TOGETHER = {
    "servers": NAMES["djtcra_servers"],
    "users": NAMES["djtcra_users"],
    "offloading": NAMES["mec"],
    "offloading_180": "offloading of 180 devices",
}
PARTS = {
    "actions": "actions",
    "latency": "latency, quality",
    "allocation": "allocation",
    "reports": "rewards, infos",
    "draw": "draw",
    "observation": "observations",
    "rest": "rest",
}
FORMS = {"steps": "", "steps_when_looked_up": ", made when looked up"}


def sizes(found: Found) -> str:
    """Steps and the parts of one, by environment, form and number of users."""
    if "steps" not in found:
        return MISSING
    head = ["environment", "users", "steps per CPU second", *(f"{p} [ms]" for p in PARTS.values())]
    rows = [
        [NAMES[name] + title, f"{int(users):,}", number(row["steps_per_cpu_second"])]
        + [number(row["parts_ms"][part]) for part in PARTS]
        for form, title in FORMS.items()
        for name, by_size in found[form].items()
        for users, row in by_size.items()
    ]
    return table(head, rows)


def mobile_env(found: Found) -> str:
    """Rates and ratios beside mobile-env, or why there are none."""
    row = found["mobile_env"]
    if "error" in row:
        return f"mobile-env was not measured: {row['error']}."
    rates = row["steps_per_cpu_second"]
    peers = {name: key for key in row if key.startswith("against") for name in [_peer(key)]}
    rows = [
        [f"mobile-env, {name.split('_')[-2]} users", number(rates[name]), "-", "-"]
        for name in peers
    ]
    for name in ("djtcra_servers", "djtcra_users"):
        against = [spread(row[key][name]) for key in peers.values()]
        rows.append([f"{NAMES[name]}, 100 users", number(rates[name]), *against])
    heads = [f"ratio to {name.split('_')[-2]} users" for name in peers]
    return table(["environment", "steps per CPU second", *heads], rows)


def _peer(key: str) -> str:
    return key.replace("against", "mobile_env")


def cvxpy(found: Found) -> str:
    """How much slower a step is with the allocation by cvxpy."""
    rows = [
        [f"{int(users):,}", number(row["ours"]), number(row["cvxpy"]), spread(row)]
        for users, row in found["cvxpy"].items()
    ]
    return table(["users", "steps per CPU second", "with cvxpy", "ratio"], rows)


def vector(found: Found) -> str:
    """Rates of copies that are stepped together, and their ratios to one environment alone."""
    forms = {
        "copies": "together",
        "rows": "together, one entry for each user",
        "in_turn": "in turn, wrapped",
    }
    rows = []
    for name, by_form in ((TOGETHER[case], found[case]) for case in TOGETHER if case in found):
        rows.append([name, "alone", "1", number(by_form["alone"]), "-"])
        for form, title in forms.items():
            for copies, row in by_form.get(form, {}).items():
                rate = number(row["steps_per_cpu_second"])
                rows.append([name, title, copies, rate, spread(row)])
    head = ["environment", "stepped", "copies", "steps per CPU second", "over one alone"]
    return table(head, rows)


def vector_parts(found: Found) -> str:
    """Microseconds of a copy's step by part."""
    columns = {
        "servers as agents [µs]": found["parts_us"],
        "offloading of 180 devices [µs]": found.get("offloading_180_parts_us"),
    }
    measured = {title: parts for title, parts in columns.items() if parts is not None}
    rows = [
        [name, *(number(parts[name]) for parts in measured.values())] for name in found["parts_us"]
    ]
    return table(["part", *measured], rows)
