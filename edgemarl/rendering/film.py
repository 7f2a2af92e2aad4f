"""Films and pictures as files: GIF and PNG by Pillow, MP4 by ffmpeg."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.extras import require_extra
from edgemarl.core.validation import check_place, check_positive
from edgemarl.rendering import style

Pixels = NDArray[np.uint8]
COLOURS = 192  # of a GIF's palette, which all its frames share, those of the style among them
WHITE = 250  # level from which a colour is nearly white
SAMPLED = 12  # frames, or up to twice as many, that the palette is made from
FORMATS = (".gif", ".mp4", ".png")


def check_film(path: Path) -> None:
    """Refuse a file that no film can be written to, before anything is drawn.

    Raises:
        MissingExtraError: for an MP4 without ffmpeg.
        ValueError: for another ending, or a folder that does not exist.
    """
    if path.suffix.lower() not in FORMATS:
        raise ValueError(f"{path} must end in one of {', '.join(FORMATS)}")
    check_place(path)
    require_extra("viz", f"{path}")
    if path.suffix.lower() == ".mp4":
        require_extra("video", f"{path}")


def write_film(path: Path, frames: Iterable[Pixels], *, fps: float = 4.0) -> int:
    """Write frames to a file; its ending says how. A PNG shows the last of them.

    Args:
        path: of the file.
        frames: (height, width, 3) each, all of one size.
        fps: frames per second.

    Returns:
        The number of frames.

    Raises:
        MissingExtraError: for an MP4 without ffmpeg.
        ValueError: for a bad path or pace, or no frames.
    """
    check_film(path)
    check_positive("fps", fps)
    rest = iter(frames)
    first = next(rest, None)
    if first is None:
        raise ValueError(f"{path} must have at least one frame, got none")
    shown = chain([first], rest)
    if path.suffix.lower() == ".gif":
        return _write_gif(path, shown, fps)
    if path.suffix.lower() == ".mp4":
        return _write_mp4(path, shown, first.shape, fps)
    return _write_png(path, shown)


def _write_gif(path: Path, frames: Iterator[Pixels], fps: float) -> int:
    from PIL import Image

    plain = Image.Dither.NONE
    images = [_reduced(Image.fromarray(frame), 256) for frame in frames]  # compact
    every = max(1, len(images) // SAMPLED)
    sample = np.concatenate([np.asarray(one.convert("RGB"))[::2, ::2] for one in images[::every]])
    palette = _reduced(Image.fromarray(sample), COLOURS)
    first, *others = (one.convert("RGB").quantize(palette=palette, dither=plain) for one in images)
    first.save(
        path, save_all=True, append_images=others, duration=round(1000 / fps), loop=0, optimize=True
    )
    return len(images)


def _reduced(image: Any, colours: int) -> Any:
    """An image with so many colours: what is nearly white is white, those of the style are kept."""
    from PIL import Image, ImageColor

    plain = Image.Dither.NONE
    found = image.quantize(colours - len(style.COLOURS), dither=plain).getpalette()
    levels = [255 if level >= WHITE else level for level in found]
    palette = Image.new("P", (1, 1))
    palette.putpalette([*levels, *chain(*map(ImageColor.getrgb, style.COLOURS))])
    return image.quantize(palette=palette, dither=plain)


def _write_mp4(path: Path, frames: Iterator[Pixels], shape: tuple[int, ...], fps: float) -> int:
    import imageio_ffmpeg

    pace: Any = fps  # whose annotation is too narrow
    height, width = shape[0] // 2 * 2, shape[1] // 2 * 2  # as the codec wants
    writer = imageio_ffmpeg.write_frames(
        str(path), (width, height), fps=pace, macro_block_size=2, quality=8,
        ffmpeg_log_level="error",  # it warns of films of few frames
    )  # fmt: skip
    writer.send(None)
    count = 0
    try:
        for frame in frames:
            writer.send(np.ascontiguousarray(frame[:height, :width]))
            count += 1
    finally:
        writer.close()
    return count


def _write_png(path: Path, frames: Iterator[Pixels]) -> int:
    from PIL import Image

    last = deque(enumerate(frames, start=1), maxlen=1)
    count, frame = last[0]
    Image.fromarray(frame).save(path, optimize=True)
    return count
