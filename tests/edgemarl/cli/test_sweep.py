import pytest
from typer.testing import CliRunner

from edgemarl.cli.app import app

FILE = """
name: small
algorithm: vdn
env: edgemarl/djtcra-users-v0
scenario: tiny
slots: 100
checkpoint_every: 100
validation_slots: 2
fixed: {algo.q_hiddens: [8], algo.learning_starts: 20}
search: {algo.q_lr: {grid: [1e-4]}}
"""


def sweep(folder, text, *options):
    path = folder / "sweep.yaml"
    path.write_text(text)
    return CliRunner().invoke(app, ["sweep", str(path), "--out", str(folder / "out"), *options])


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)
def test_a_sweep_ends_with_a_table_and_a_comparison(ray_session, tmp_path):
    result = sweep(tmp_path, FILE, "--baselines", "nearest,greedy", "--slots", "3")
    assert result.exit_code == 0, result.output
    for text in ("small: vdn on tiny, best first", "nearest", "greedy", "upper bound"):
        assert text in result.stdout
    lines = (tmp_path / "out" / "trials.csv").read_text().splitlines()
    assert lines[0] == "trial,algo.q_lr,slots,system_qoe,gap,error"
    name, rate, slots, qoe, gap, error = lines[1].split(",")
    assert (float(rate), int(slots), error) == (1e-4, 100, "")
    assert float(qoe) > 0 < float(gap)
    assert (tmp_path / "out" / "trials" / name / "best").is_dir()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FILE.replace("slots: 100", "slots: none", 1), "slots must be an integer"),
        (FILE.replace("vdn", "sarsa"), "must be one of"),
        (FILE + "\nbudget: 3", "'budget'"),
    ],
)
def test_bad_files_are_one_line(tmp_path, text, message):
    result = sweep(tmp_path, text)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
