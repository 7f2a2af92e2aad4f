"""One picture of a slot, whose parts are made once and then only moved."""

from typing import Any

import numpy as np

from edgemarl.core.snapshot import SlotSnapshot
from edgemarl.rendering import style
from edgemarl.rendering.map_panel import MapPanel
from edgemarl.rendering.panels import CountPanel, HistoryPanel, LoadPanel

LONGEST_TITLE = 38  # letters, that there is room for beside the slot's number


class Picture:
    """Map, objective, loads and counts in a matplotlib figure.

    Attributes:
        figure: the figure.
        artists: what moves from slot to slot, in the order to draw it; all else is background.
    """

    def __init__(self, figure: Any, snapshot: SlotSnapshot, *, title: str = "", separate: bool):
        """Draw the background.

        Args:
            figure: an empty figure of the size `style.INCHES`.
            snapshot: a slot whose servers the picture is made for.
            title: what stands above the map.
            separate: whether drawing the figure leaves out what moves, for whoever draws that over
                a copy of the background.
        """
        from matplotlib import rc_context

        self.figure, self._first = figure, snapshot
        with rc_context(style.LOOK):
            boxes = (style.MAP, style.COLOUR_BAR, style.HISTORY, style.LOAD, style.COUNTS)
            ground, bar, history, load, counts = (figure.add_axes(box) for box in boxes)
            self._panels = (
                MapPanel(ground, bar, snapshot),
                HistoryPanel(history, snapshot),
                LoadPanel(load, snapshot),
                CountPanel(counts, snapshot),
            )
            shown = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
            figure.text(style.MAP[0], 0.945, shown, fontsize=style.LARGE, weight="bold")
            right = style.MAP[0] + style.MAP[2]
            self._slot = figure.text(right, 0.945, "", fontsize=style.LARGE, ha="right")
        self._separate = separate
        self.artists: list[Any] = []

    def fits(self, snapshot: SlotSnapshot) -> bool:
        """Whether a slot has the servers and the outline that the picture was made for."""
        first = self._first
        same = np.array_equal(first.server_position, snapshot.server_position)
        outlines = (first.outline, snapshot.outline)
        if any(outline is None for outline in outlines):
            return same and outlines[0] is outlines[1]
        return same and np.array_equal(*outlines)  # type: ignore[arg-type]

    def show(self, snapshot: SlotSnapshot) -> bool:
        """Show a slot; whether the background must be drawn anew."""
        from matplotlib import rc_context

        with rc_context(style.LOOK):
            changed = [panel.show(snapshot) for panel in self._panels]
        self._slot.set_text(f"slot {snapshot.slot}")
        self.artists = [artist for panel in self._panels for artist in panel.artists]
        self.artists.append(self._slot)
        for artist in self.artists:
            artist.set_animated(self._separate)
        return any(changed)
