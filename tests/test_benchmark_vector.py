"""The benchmark of copies stepped together runs and prints what it says."""

import importlib
import json
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_quick_run(monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    importlib.import_module("vector").main(["--quick"])
    results = json.loads(capsys.readouterr().out)["results"]
    every = {
        "servers": ("copies", "rows", "in_turn"),
        "users": ("copies", "in_turn"),
        **dict.fromkeys(("offloading", "offloading_180"), ("copies",)),
    }
    for case, kinds in every.items():
        for kind in kinds:
            row = results[case][kind]["2"]
            own = row["steps_per_cpu_second"] / results[case]["alone"]
            assert row["ratio"] == pytest.approx(own)
    for parts in ("parts_us", "offloading_180_parts_us"):
        assert set(results[parts]) == {
            *("actions", "allocation", "evaluation", "reports", "draw", "observations", "rest")
        }
