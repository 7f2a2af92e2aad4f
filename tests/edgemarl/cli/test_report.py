import pytest
from typer.testing import CliRunner

pytest.importorskip("plotly")
pytest.importorskip("jinja2")

from edgemarl.cli.app import app
from tests.untrained_runs import make_run


def run(*arguments: str, code: int = 0):
    result = CliRunner().invoke(app, ["report", *arguments])
    assert result.exit_code == code, result.output
    return result


def test_a_report_is_written_and_problems_are_told(tmp_path):
    folder = make_run(tmp_path / "good", recorded="greedy")
    out = tmp_path / "page.html"
    done = run(
        *(str(folder), str(tmp_path / "absent"), "--out", str(out)),
        *("--slots", "4", "--record", "3", "--baselines", "nearest,remote"),
    )
    assert f"Wrote {out} (1 run, " in done.stdout
    told = " ".join(done.stderr.split())
    assert "absent: run folder must exist, found none" in told
    assert "remote: no baseline of djtcra has this name" in told
    assert "vs nearest" in out.read_text(encoding="utf-8")


def test_rules_may_be_left_out(tmp_path):
    folder = make_run(tmp_path / "good", recorded="greedy")
    out = tmp_path / "page.html"
    run(
        *(str(folder), "--out", str(out), "--slots", "4", "--record", "3"),
        *("--baselines", ""),
    )
    assert "vs maddpg" in out.read_text(encoding="utf-8")


def test_no_run_is_an_error_of_one_line(tmp_path):
    told = run(str(tmp_path / "absent"), code=2).stderr.strip().splitlines()
    assert len(told) == 1
    assert told[0].startswith(
        "edgemarl: error: a report must be given the folder of a training run"
    )
