"""What an environment shows itself in: arrays of pixels, or a window."""

import time
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.extras import require_extra
from edgemarl.core.snapshot import SlotSnapshot
from edgemarl.core.validation import check_choice, check_count
from edgemarl.rendering import style
from edgemarl.rendering.picture import Picture

Pixels = NDArray[np.uint8]
MODES = ("human", "rgb_array")


class Viewer(Protocol):
    """Shows slots one after another."""

    def show(self, snapshot: SlotSnapshot) -> Pixels | None:
        """Show a slot; the pixels (height, width, 3) where there is no window."""
        ...

    def close(self) -> None:
        """Free the figure."""
        ...


def open_viewer(mode: str, *, title: str = "", fps: float = 4.0) -> Viewer:
    """A viewer of a render mode.

    Args:
        mode: "rgb_array" or "human".
        title: what stands above the map.
        fps: slots per second at most that a window shows.

    Raises:
        MissingExtraError: without matplotlib.
        ValueError: for another mode.
    """
    check_choice("render_mode", mode, MODES)
    require_extra("viz", f'render_mode="{mode}"')
    return WindowViewer(title=title, fps=fps) if mode == "human" else ArrayViewer(title=title)


class ArrayViewer:
    """Draws into arrays, without any display."""

    def __init__(self, *, title: str = "", width: int = style.WIDTH):
        """Keep the title and the width [pixel]; the height is nine sixteenths of it."""
        check_count("width", width, minimum=320)
        self._title, self._dpi = title, width / style.INCHES[0]
        self._picture: Picture | None = None
        self._background: Any = None

    def show(self, snapshot: SlotSnapshot) -> Pixels:
        """The picture of a slot, (height, width, 3)."""
        picture = self._picture
        if picture is None or not picture.fits(snapshot):
            picture = self._picture = self._new_picture(snapshot)
            self._background = None
        canvas = picture.figure.canvas
        if picture.show(snapshot) or self._background is None:
            canvas.draw()
            self._background = canvas.copy_from_bbox(picture.figure.bbox)
        else:
            canvas.restore_region(self._background)
        for artist in picture.artists:
            picture.figure.draw_artist(artist)
        return np.array(np.asarray(canvas.buffer_rgba())[..., :3])

    def close(self) -> None:
        """Free the figure."""
        if self._picture is not None:
            self._picture.figure.clear()
        self._picture = self._background = None

    def _new_picture(self, snapshot: SlotSnapshot) -> Picture:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=style.INCHES, dpi=self._dpi, facecolor=style.PAPER)
        FigureCanvasAgg(figure)
        return Picture(figure, snapshot, title=self._title, separate=True)


class WindowViewer:
    """Shows slots in a window of matplotlib's interactive backend, at most so many a second."""

    def __init__(self, *, title: str = "", fps: float = 4.0):
        """Keep title and pace; the window opens with the first slot."""
        self._title, self._pause = title, 1.0 / fps
        self._picture: Picture | None = None
        self._due = 0.0

    def show(self, snapshot: SlotSnapshot) -> None:
        """Show a slot once the one before it has been shown long enough.

        Raises:
            RuntimeError: without a display, or after the window was closed by hand.
        """
        if self._picture is None:
            self._picture = self._new_picture(snapshot)
        self._check_open()
        if not self._picture.fits(snapshot):
            figure = self._picture.figure
            figure.clear()
            self._picture = Picture(figure, snapshot, title=self._title, separate=False)
        self._picture.show(snapshot)
        canvas = self._picture.figure.canvas
        canvas.draw()
        canvas.flush_events()
        remaining = self._due - time.monotonic()
        if remaining > 0:
            canvas.start_event_loop(remaining)
        self._check_open()
        self._due = time.monotonic() + self._pause

    def close(self) -> None:
        """Close the window and free the figure."""
        if self._picture is not None:
            from matplotlib import pyplot

            pyplot.close(self._picture.figure)
        self._picture = None

    def _check_open(self) -> None:
        """RuntimeError after the window was closed by hand."""
        from matplotlib import pyplot

        if self._picture is not None and not pyplot.fignum_exists(self._picture.figure.number):
            raise RuntimeError(
                'the window of render_mode="human" must stay open while slots are shown, and it '
                "was closed; close() the environment, and its next slot opens another"
            )

    def _new_picture(self, snapshot: SlotSnapshot) -> Picture:
        from matplotlib import pyplot

        try:
            figure = pyplot.figure(figsize=style.INCHES, facecolor=style.PAPER)
        except ImportError as error:  # the chosen backend does not run here
            raise RuntimeError(_no_window(str(error))) from error
        if not _has_window(pyplot):
            pyplot.close(figure)
            raise RuntimeError(_no_window(f"the backend is {pyplot.get_backend()!r}"))
        figure.canvas.manager.set_window_title(self._title or "edgemarl")  # type: ignore[union-attr]
        picture = Picture(figure, snapshot, title=self._title, separate=False)
        pyplot.show(block=False)
        return picture


def _has_window(pyplot: Any) -> bool:
    """Whether the running backend shows windows, or figures that live in a notebook."""
    from matplotlib.backends.registry import BackendFilter, backend_registry

    backend = pyplot.get_backend().lower()
    shown = backend_registry.list_builtin(BackendFilter.INTERACTIVE)
    framework = pyplot.gcf().canvas.required_interactive_framework
    return framework is not None or backend in shown or "ipympl" in backend


def _no_window(reason: str) -> str:
    return (
        'render_mode="human" needs a display and an interactive matplotlib backend, and here '
        f'{reason}; use render_mode="rgb_array" for arrays, or choose a backend by MPLBACKEND'
    )
