import numpy as np
import pytest

from edgemarl.core.extras import MissingExtraError
from edgemarl.rendering.film import check_film, write_film

pytest.importorskip("matplotlib")
from PIL import Image, ImageColor

from edgemarl.rendering.style import VERMILION

COLOURS = [(200, 0, 0), (0, 200, 0), (0, 0, 200)]


def frames():
    """Three frames of one colour each."""
    return (np.full((36, 64, 3), colour, dtype=np.uint8) for colour in COLOURS)


def test_a_gif(tmp_path):
    path = tmp_path / "film.gif"
    assert write_film(path, frames(), fps=5.0) == 3
    with Image.open(path) as film:
        assert (film.size, film.n_frames, film.info["loop"]) == ((64, 36), 3, 0)
        for index, colour in enumerate(COLOURS):
            film.seek(index)
            assert film.info["duration"] == 200  # [ms]
            assert np.abs(np.array(film.convert("RGB"), int) - colour).max() <= 8


def test_a_gif_keeps_the_colours_of_the_style_however_rare_they_are(tmp_path):
    path, rng = tmp_path / "film.gif", np.random.default_rng(0)
    frame = rng.integers(0, 256, size=(120, 160, 3), dtype=np.uint8)  # of more colours than it has
    frame[60, 80] = ImageColor.getrgb(VERMILION)
    write_film(path, [frame])
    with Image.open(path) as film:
        assert film.convert("RGB").getpixel((80, 60)) == ImageColor.getrgb(VERMILION)


def test_a_png_shows_the_last_frame(tmp_path):
    path = tmp_path / "film.PNG"
    assert write_film(path, frames()) == 3
    with Image.open(path) as picture:
        np.testing.assert_array_equal(np.array(picture), np.array(list(frames())[-1]))


def test_an_mp4(tmp_path, capfd):
    ffmpeg = pytest.importorskip("imageio_ffmpeg")
    path = tmp_path / "film.mp4"
    assert write_film(path, frames(), fps=2.0) == 3
    count, seconds = ffmpeg.count_frames_and_secs(str(path))
    assert (count, seconds) == (3, pytest.approx(1.5, abs=0.3))
    assert capfd.readouterr() == ("", "")  # a few frames are nothing to warn of


def test_refused(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"film.avi must end in one of .gif, .mp4, .png"):
        check_film(tmp_path / "film.avi")
    with pytest.raises(ValueError, match=r"must lie in an existing folder, got .*nowhere"):
        check_film(tmp_path / "nowhere" / "film.gif")
    with pytest.raises(ValueError, match="must have at least one frame, got none"):
        write_film(tmp_path / "film.gif", [])
    with pytest.raises(ValueError, match="fps must be positive, got 0"):
        write_film(tmp_path / "film.gif", frames(), fps=0.0)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name != "imageio_ffmpeg" or None)
    with pytest.raises(MissingExtraError, match=r"film.mp4 needs imageio_ffmpeg: pip.*\[video\]"):
        check_film(tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())
