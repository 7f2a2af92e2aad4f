"""Snapshots of all kinds for the tests of pictures."""

import numpy as np

from edgemarl.core.snapshot import SlotSnapshot


def snapshot(**changes):
    """Two servers 100 m apart; users at the edge, forwarded, in the cloud and without a task."""
    fields = {
        "slot": 3,
        "server_position": np.array([[0.0, 0.0], [100.0, 0.0]]),
        "server_load": np.array([12.0, 5.0]),
        "server_capacity": np.array([10.0, 20.0]),
        "load_unit": "GHz",
        "user_position": np.array([[0.0, 30.0], [0.0, -30.0], [100.0, 30.0], [100.0, -30.0]]),
        "ran": np.array([0, 0, 1, 1]),
        "served_by": np.array([0, 1, -1, -2]),
        "elsewhere": "cloud",
        "quality": np.array([0.95, 0.5, 0.1, np.nan]),
        "quality_title": "QoE",
        "latency": {"wireless": np.array([0.1, 0.2, 0.1, 0.0])},
        "counts": {"SU": 1, "GU": 2},
        "objective": 1.5625,
        "objective_title": "system QoE",
        "bound": 2.0,
        "gap": 0.21875,
    }
    return SlotSnapshot(**{**fields, **changes})  # type: ignore[arg-type]


def undecided(**changes):
    """The same users before anything was decided."""
    return snapshot(
        served_by=np.array([-3, -3, -3, -2]),
        server_load=np.zeros(2),
        quality=np.full(4, np.nan),
        latency={"wireless": np.zeros(4)},
        counts={},
        objective=float("nan"),
        bound=None,
        gap=None,
        **changes,
    )
