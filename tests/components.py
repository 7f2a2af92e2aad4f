"""What components of DJTCRA need beside their kind, for tests that build one of every kind."""

from pathlib import Path
from typing import Any

TRACES = Path(__file__).parents[1] / "examples" / "traces"
USERS_OF_TRACES = 6
STREETS = {"network": "city", "channel": "urban_micro"}  # people may stand next to a station
NEEDS: dict[tuple[str, str], dict[str, Any]] = {
    ("mobility", "city_walk"): STREETS,
    ("mobility", "city_waypoint"): STREETS,
    ("mobility", "trace"): {
        **STREETS,
        "mobility.file": str(TRACES / "positions.csv"),
        "num_users": USERS_OF_TRACES,
    },
    ("arrivals", "trace"): {
        "arrivals.file": str(TRACES / "tasks.csv"),
        "num_users": USERS_OF_TRACES,
    },
}


def with_kind(role: str, kind: str) -> dict[str, Any]:
    """Overrides of a scenario that give it a component of a kind."""
    return {role: kind, **NEEDS.get((role, kind), {})}
