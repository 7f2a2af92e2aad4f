"""What stands beside the map: the objective over time, the servers' loads, and counts of users."""

from typing import Any

import numpy as np

from edgemarl.core.snapshot import SlotSnapshot
from edgemarl.rendering import style
from edgemarl.rendering.geometry import bars

FIRST_SLOTS = 20  # that there is room for at first, and that the room grows by
ROOM_FOR_NUMBERS = 1.2  # of the longest bar's length, so that a number beside it is seen
TICKS = ((12, 1), (60, 5))  # servers, up to which the axis of loads shows every so many numbers


class HistoryPanel:
    """The objective of the slots shown so far, and their bounds."""

    def __init__(self, axes: Any, snapshot: SlotSnapshot):
        """Draw empty axes and what the lines stand for."""
        self._axes = axes
        self._slots: list[tuple[int, float, float]] = []  # slot, objective, bound or NaN
        dots = {"marker": "o", "markersize": 3.5}
        (self._line,) = axes.plot([], [], color=style.BLUE, linewidth=1.6, **dots)
        (self._bound,) = axes.plot([], [], color=style.INK, linewidth=1.3, linestyle="--")
        axes.set_xlabel("slot", labelpad=1.0)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(axis="y", color=style.FAINT, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_xlim(-0.5, FIRST_SLOTS - 0.5)
        axes.yaxis.set_visible(False)  # until there is a value
        self._span: tuple[float, float, float] | None = None  # last slot, least and greatest value
        above = {"transform": axes.transAxes, "va": "bottom", "fontsize": style.NORMAL}
        self._value = axes.text(0.0, 1.24, "", color=style.BLUE, weight="bold", **above)
        self._other = axes.text(0.0, 1.06, "", color=style.INK, **above)
        self.artists = [self._bound, self._line, self._value, self._other]

    def show(self, snapshot: SlotSnapshot) -> bool:
        """Add a slot; whether the axes have changed."""
        if self._slots and snapshot.slot <= self._slots[-1][0]:  # drawn again, or a new episode
            self._slots = [past for past in self._slots if past[0] < snapshot.slot]
        title = snapshot.objective_title
        if not snapshot.decided:
            self._value.set_text(f"{title}: no slot decided yet")
            self._other.set_text("")
        else:
            bound = np.nan if snapshot.bound is None else snapshot.bound
            self._slots.append((snapshot.slot, snapshot.objective, bound))
            gap = "" if snapshot.gap is None else f", gap {100 * snapshot.gap:.1f} %"
            self._value.set_text(f"{title} {snapshot.objective:.1f}{gap}")
            self._other.set_text(_bound_text(snapshot))
        slots, values, bounds = np.array(self._slots).reshape(-1, 3).T
        self._line.set_data(slots, values)
        self._bound.set_data(slots, bounds)
        return self._fit(slots, np.concatenate([values, bounds]))

    def _fit(self, slots: Any, values: Any) -> bool:
        """Widen the axes where something lies outside; whether they had to be."""
        values = values[np.isfinite(values)]
        if not values.size:
            return False
        last, low, high = float(slots.max()), float(values.min()), float(values.max())
        if self._span and last <= self._span[0] and self._span[1] <= low and high <= self._span[2]:
            return False
        room = 0.5 * max(high - low, 0.06 * abs(high), 1e-9)
        if self._span:
            low, high = min(low, self._span[1] + room), max(high, self._span[2] - room)
        end = FIRST_SLOTS * np.ceil((last + 1) / FIRST_SLOTS) - 1
        self._span = (float(end), low - room, high + room)
        self._axes.set(xlim=(-0.5, end + 0.5), ylim=self._span[1:])
        self._axes.yaxis.set_visible(True)
        return True


class LoadPanel:
    """Load and capacity of every server."""

    def __init__(self, axes: Any, snapshot: SlotSnapshot):
        """Draw empty axes and what the bars stand for."""
        from matplotlib.collections import PolyCollection
        from matplotlib.patches import Patch

        self._axes, self._top = axes, 0.0
        looks = {"capacity": style.FAINT, "load": style.BLUE, "beyond capacity": style.VERMILION}
        self.artists = [PolyCollection([], facecolors=c, edgecolors="none") for c in looks.values()]
        for collection in self.artists:
            axes.add_collection(collection, autolim=False)
        servers = len(snapshot.server_load)
        axes.set_xlim(-0.6, servers - 0.4)
        step = next((every for most, every in TICKS if servers <= most), 25)
        axes.set_xticks(range(0, servers, step))
        axes.set_xlabel("server", labelpad=1.0)
        axes.set_ylabel(f"load [{snapshot.load_unit}]")
        axes.legend(
            handles=[Patch(color=colour, label=title) for title, colour in looks.items()],
            loc="lower left", bbox_to_anchor=(-0.03, 0.98), ncols=3,
            handlelength=1.0, handletextpad=0.4, columnspacing=1.0, borderaxespad=0.0,
        )  # fmt: skip

    def show(self, snapshot: SlotSnapshot) -> bool:
        """Draw the bars of a slot; whether the axes have changed."""
        load, capacity = snapshot.server_load, snapshot.server_capacity
        nothing, within = np.zeros(len(load)), np.minimum(load, capacity)
        shapes = ((nothing, capacity, 0.86), (nothing, within, 0.5), (within, load, 0.5))
        for collection, (low, high, width) in zip(self.artists, shapes, strict=True):
            collection.set_verts(list(bars(low, high, width)))
        needed = float(max(load.max(), capacity.max()))
        if 0.0 < needed <= self._top:
            return False
        self._top = 1.3 * max(needed, 1e-9)
        self._axes.set_ylim(0.0, self._top)
        return True


class CountPanel:
    """How many users fared how."""

    def __init__(self, axes: Any, snapshot: SlotSnapshot):
        """Draw empty axes."""
        self._axes, self._names = axes, ()
        axes.set_xlim(0, ROOM_FOR_NUMBERS * max(len(snapshot.ran), 1))
        axes.xaxis.set_visible(False)
        axes.set_yticks([])
        for side in ("bottom", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(axis="y", length=0)
        self._bars, self._numbers, self.artists = [], [], []

    def show(self, snapshot: SlotSnapshot) -> bool:
        """Draw the counts of a slot; whether the axes have changed."""
        names = tuple(snapshot.counts)
        changed = names != self._names and bool(names)
        if changed:
            self._label(snapshot)
        room = 0.02 * len(snapshot.ran)
        for name, bar, number in zip(self._names, self._bars, self._numbers, strict=True):
            count = snapshot.counts.get(name, 0)
            bar.set_width(count)
            number.set(x=count + room, text=str(count))
        return changed

    def _label(self, snapshot: SlotSnapshot) -> None:
        names = list(snapshot.counts)
        for artist in self.artists:
            artist.remove()
        self._names, places = tuple(names), range(len(names))
        self._bars = list(self._axes.barh(places, [0] * len(names), 0.62, color=style.MUTED))
        self._numbers = [self._axes.text(0, y, "", va="center", weight="bold") for y in places]
        self._axes.set_yticks(places, [snapshot.count_titles.get(name, name) for name in names])
        self._axes.set_ylim(len(names) - 0.5, -0.5)
        self.artists = [*self._bars, *self._numbers]


def _bound_text(snapshot: SlotSnapshot) -> str:
    if snapshot.bound is None:
        return f"{snapshot.bound_title} not computed"
    return f"{snapshot.bound_title} {snapshot.bound:.1f} (dashed)"
