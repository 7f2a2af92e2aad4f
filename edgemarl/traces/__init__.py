"""Traces: where users were and what they asked for, slot by slot, from CSV files."""

from edgemarl.traces.positions import PositionTrace, read_positions
from edgemarl.traces.sumo import convert_fcd, write_names
from edgemarl.traces.tasks import TaskTrace, read_tasks

__all__ = [
    "PositionTrace",
    "TaskTrace",
    "convert_fcd",
    "read_positions",
    "read_tasks",
    "write_names",
]
