import pytest
from typer.testing import CliRunner

from edgemarl.cli.app import app
from edgemarl.cli.render import shown_name

pytest.importorskip("matplotlib")
from PIL import Image


def render(*arguments):
    return CliRunner().invoke(app, ["render", *arguments])


@pytest.mark.parametrize("arguments", [("greedy",), ("remote", "--env", "mec-v0", "--no-bound")])
def test_a_film(arguments, tmp_path):
    path = tmp_path / "film.gif"
    size = ("--slots", "2", "--width", "320", "--fps", "4")
    result = render(*arguments, "--scenario", "tiny", *size, "--out", str(path))
    assert result.exit_code == 0, result.output
    assert "film.gif: 2 slots, 0.0" in result.output.replace("\n", "")
    with Image.open(path) as film:
        assert (film.size, film.n_frames) == ((320, 180), 2)


def test_pictures_name_no_path_of_the_machine(tmp_path):
    (tmp_path / "run").mkdir()
    assert shown_name(f"{tmp_path}/run/") == "run"
    assert shown_name("pretrained:shadow_price") == "pretrained:shadow_price"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("greedy", "--out", "film.avi"), "must end in one of .gif, .mp4, .png"),
        (("greedy", "--out", "no/such/film.gif"), "must lie in an existing folder"),
        (("greedy", "--out", "film.gif", "--set", "algo.lr=1"), "must start with env. or scenario"),
        (("greed", "--out", "film.gif"), "policy must be a baseline"),
    ],
)
def test_bad_input_is_one_line(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = render(*arguments)
    assert result.exit_code == 2
    assert result.output.startswith("edgemarl: error: ")
    assert message in result.output
    assert not list(tmp_path.iterdir())
