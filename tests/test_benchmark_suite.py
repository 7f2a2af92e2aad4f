"""The suite of benchmarks keeps what each prints, goes on where it stopped, and loses nothing."""

import importlib
import json
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def suite(monkeypatch, tmp_path):
    """The suite over three benchmarks of this folder, of which the second fails."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = importlib.import_module("suite")
    cases = importlib.import_module("_suite_cases")
    three = tuple(cases.Benchmark(name=name, minutes=0, quick=()) for name in "abc")
    for name in "ac":
        write(tmp_path, name, 1.0)
    (tmp_path / "b.py").write_text("raise SystemExit('no such thing')")
    monkeypatch.setattr(module, "SUITE", three)
    monkeypatch.setattr(module, "HERE", tmp_path)
    return module


def write(folder, name, ratio):
    report = f"{{'benchmark': '{name}', 'results': {{'ratio': {ratio}}}}}"
    (folder / f"{name}.py").write_text(
        f"import json\nprint(json.dumps({report}, indent=2))\nprint(1)"
    )


def ratio(folder, name):
    return json.loads((folder / f"{name}.json").read_text())["results"]["ratio"]


def test_one_that_fails_loses_nothing_and_is_all_that_the_next_run_does(suite, tmp_path):
    out = tmp_path / "out"
    assert suite.main(["--out", str(out)]) == 1
    assert [ratio(out, name) for name in "ac"] == [1.0, 1.0]
    assert (out / suite.LEFT).read_text().split() == ["b"]

    write(tmp_path, "a", 5.0)
    write(tmp_path, "b", 2.0)
    assert suite.main(["--out", str(out)]) == 0
    assert [ratio(out, name) for name in "abc"] == [1.0, 2.0, 1.0]
    assert not (out / suite.LEFT).exists()

    assert suite.main(["--out", str(out)]) == 0  # a run that has ended is followed by another
    assert ratio(out, "a") == 5.0


def test_a_run_that_stops_goes_on_unless_told_otherwise(suite, tmp_path):
    out = tmp_path / "out"
    suite.main(["--out", str(out), "--only", "a"])
    assert ratio(out, "a") == 1.0
    (out / suite.LEFT).write_text("c\n")  # as a run leaves it that was stopped after b
    write(tmp_path, "a", 5.0)
    assert suite.main(["--out", str(out)]) == 0
    assert (ratio(out, "a"), ratio(out, "c")) == (1.0, 1.0)
    (out / suite.LEFT).write_text("c\n")
    assert suite.main(["--out", str(out), "--fresh"]) == 1
    assert ratio(out, "a") == 5.0


def test_results_stay_where_a_later_run_fails(suite, tmp_path):
    out = tmp_path / "out"
    suite.main(["--out", str(out), "--only", "a"])
    (tmp_path / "a.py").write_text("print('no report')")
    assert suite.main(["--out", str(out), "--only", "a"]) == 1
    assert ratio(out, "a") == 1.0


def test_one_that_hangs_is_ended(suite, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(suite, "PATIENCE", 1 / 60)
    (tmp_path / "a.py").write_text("import time\ntime.sleep(100)")
    assert suite.main(["--out", str(tmp_path / "out"), "--only", "a"]) == 1
    assert "it took too long" in capsys.readouterr().err


def test_quick_results_replace_none(suite):
    with pytest.raises(SystemExit, match="give --out FOLDER"):
        suite.main(["--quick"])


def test_a_folder_is_the_same_by_whatever_path(suite, tmp_path, monkeypatch):
    monkeypatch.setattr(suite, "RESULTS", tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="give --out FOLDER"):
        suite.main(["--quick", "--out", "out"])


def test_pages_show_no_quick_results(suite, tmp_path, monkeypatch, capsys):
    performance, case = importlib.import_module("performance"), suite.SUITE[0]
    monkeypatch.setattr(performance, "SUITE", suite.SUITE)
    for quick, shown in ((True, []), (False, [case.name])):
        assert suite.run(case, (), out=tmp_path, quick=quick) == ""
        assert list(performance.load(tmp_path)) == shown
    assert f"{case.name}.json: left out" in capsys.readouterr().err


def test_every_benchmark_is_in_the_suite_or_left_out_on_purpose(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    cases = importlib.import_module("_suite_cases")
    scripts = {path.stem for path in BENCHMARKS.glob("[!_]*.py")}
    named = [benchmark.name for benchmark in cases.SUITE]
    assert sorted([*named, *cases.STUDIES, *cases.TOOLS]) == sorted(scripts)


def test_all_say_how_long_the_suite_takes(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    cases, root = importlib.import_module("_suite_cases"), BENCHMARKS.parent
    minutes = round(sum(benchmark.minutes for benchmark in cases.SUITE), -1)
    page, makefile = root / "docs" / "performance.md", root / "Makefile"
    assert f"measures everything, about {minutes:.0f} minutes" in page.read_text(encoding="utf-8")
    assert f"write docs/performance.md ({minutes:.0f} minutes)" in makefile.read_text("utf-8")
    assert f"Takes about {minutes:.0f} minutes" in str(importlib.import_module("suite").__doc__)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_all_benchmarks_run_in_their_quick_form(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    suite = importlib.import_module("suite")
    assert suite.main(["--quick", "--out", str(tmp_path)]) == 0
    for benchmark in suite.SUITE:
        found = json.loads((tmp_path / f"{benchmark.name}.json").read_text())
        assert found["results"]
        assert found["versions"]["edgemarl"]
