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
    for view, kinds in {"servers": ("copies", "rows"), "users": ("copies",)}.items():
        for kind in kinds:
            row = results[view][kind]["2"]
            own = row["steps_per_cpu_second"] / results[view]["alone"]
            assert row["ratio"] == pytest.approx(own)
    assert set(results["parts_us"]) == {
        *("actions", "allocation", "evaluation", "infos", "draw", "observations")
    }
