"""The map: servers, users by their quality, radio links and forwarded tasks."""

from typing import Any

import numpy as np

from edgemarl.core.snapshot import ELSEWHERE, IDLE, UNDECIDED, SlotSnapshot
from edgemarl.rendering import style
from edgemarl.rendering.geometry import bent_wedges, forwarded, frame, radio_links, widened

MARGIN = 0.05  # of the extent, around the map
ROOM = 0.02  # of the extent, that at least stays around users
NUMBERED = 30  # servers, up to which each shows its number
LINK = 0.006  # width of the link of one task, as a share of the extent


class MapPanel:
    """Owns the map's axes, the colour bar and the legend below; `artists` move from slot to slot.

    Legend entries appear when what they stand for is seen for the first time, and then stay.
    """

    def __init__(self, axes: Any, bar_axes: Any, snapshot: SlotSnapshot):
        """Draw what stays: outline, axes and colour bar."""
        from matplotlib.collections import LineCollection, PolyCollection
        from matplotlib.patheffects import withStroke

        self._axes, self._seen, self._legend = axes, set(), None
        if snapshot.outline is not None:
            axes.fill(*snapshot.outline.T, facecolor="none", edgecolor=style.MUTED, linewidth=1.0)
        axes.set(xlabel="x [m]", ylabel="y [m]")
        inches = axes.figure.get_size_inches() * axes.get_position().size
        self._shape = float(inches[0] / inches[1])
        self._box = frame(_places(snapshot), MARGIN)
        self._set_box()
        extent = float((self._box[1] - self._box[0]).max())
        self._link_width = extent * LINK * min(1.0, (18 / len(snapshot.server_load)) ** 0.5)
        sizes = _sizes(snapshot)
        edge = {"edgecolors": style.INK, "linewidths": 0.6}
        scale = {"cmap": style.QUALITY, "vmin": 0.0, "vmax": 1.0}
        self._links = LineCollection([], colors=style.MUTED, linewidths=0.7, alpha=0.45)
        self._wedges = PolyCollection([], facecolors=style.PURPLE, edgecolors="none", alpha=0.7)
        for collection in (self._links, self._wedges):
            axes.add_collection(collection, autolim=False)
        self._servers = axes.scatter([], [], s=sizes["server"], marker="s", **edge)
        digits = {"fontsize": min(style.SMALL, 0.7 * sizes["server"] ** 0.5), "weight": "bold"}
        rim = withStroke(linewidth=2.5, foreground=style.INK)  # over users, and on empty squares
        digits |= {"color": style.PAPER, "ha": "center", "va": "center", "path_effects": [rim]}
        self._numbers = [
            axes.text(x, y, str(index), **digits)
            for index, (x, y) in enumerate(snapshot.server_position[: _numbered(snapshot)])
        ]
        self._idle = axes.scatter(
            [], [], s=0.6 * sizes["user"], facecolors=style.PAPER, edgecolors=style.MUTED
        )
        self._users = axes.scatter([], [], c=[], s=sizes["user"], **edge, **scale)
        self._away = axes.scatter([], [], c=[], s=1.1 * sizes["user"], marker="^", **edge, **scale)
        bar = axes.figure.colorbar(self._users, cax=bar_axes)
        bar.set_label(snapshot.quality_title)
        bar.outline.set_visible(False)
        self.artists = [self._links, self._wedges, self._servers]
        self.artists += [self._idle, self._users, self._away, *self._numbers]

    def show(self, snapshot: SlotSnapshot) -> bool:
        """Move everything to where it is in a slot; whether axes or legend have changed."""
        self._links.set_segments(list(radio_links(snapshot)))
        start, end, count = forwarded(snapshot)
        sites = snapshot.server_position
        width = self._link_width * np.sqrt(count)
        self._wedges.set_verts(list(bent_wedges(sites[start], sites[end], width)))
        self._wedges.set_alpha(float(np.clip(4.5 / np.sqrt(count.size + 1), 0.15, 0.7)))
        self._servers.set_offsets(sites)
        self._servers.set_facecolors(_server_colours(snapshot))
        waiting = np.isin(snapshot.served_by, (IDLE, UNDECIDED))
        self._idle.set_offsets(snapshot.user_position[waiting])
        for artist, chosen in (
            (self._users, snapshot.served_by >= 0),
            (self._away, snapshot.served_by == ELSEWHERE),
        ):
            artist.set_offsets(snapshot.user_position[chosen])
            artist.set_array(snapshot.quality[chosen])
        grown = self._grow(snapshot)
        return self._explain(snapshot, forwards=bool(count.size)) or grown

    def _grow(self, snapshot: SlotSnapshot) -> bool:
        """Widen the map where users have left it; whether it had to be."""
        if not len(snapshot.user_position):
            return False
        (low, high), (least, greatest) = frame(snapshot.user_position, ROOM), self._box
        if (low >= least).all() and (high <= greatest).all():
            return False
        self._box = np.stack([np.minimum(low, least), np.maximum(high, greatest)])
        self._set_box()
        return True

    def _set_box(self) -> None:
        """Show the box with as many metres to a pixel along both axes."""
        (left, bottom), (right, top) = widened(self._box, self._shape)
        self._axes.set(xlim=(left, right), ylim=(bottom, top))

    def _explain(self, snapshot: SlotSnapshot, *, forwards: bool) -> bool:
        """Put what is seen for the first time into the legend; whether there was something."""
        kinds = {
            "server": True,
            "server, more load than capacity": bool(_overloaded(snapshot).any()),
            "server without capacity": bool((snapshot.server_capacity <= 0).any()),
            "user, edge server": bool((snapshot.served_by >= 0).any()),
            f"user, {snapshot.elsewhere}": ELSEWHERE in snapshot.served_by,
            "user without a task": IDLE in snapshot.served_by,
            "user, undecided": UNDECIDED in snapshot.served_by,
            "radio link": True,
            "tasks forwarded, to the wide end": forwards,
        }
        seen = self._seen | {title for title, now in kinds.items() if now}
        if not kinds["user, undecided"]:  # which there never is again before the next episode
            seen.discard("user, undecided")
        if seen == self._seen:
            return False
        self._seen = seen
        if self._legend is not None:
            self._legend.remove()
        handles = [handle for handle in _handles(list(kinds)) if handle.get_label() in self._seen]
        self._legend = self._axes.figure.legend(
            handles=handles, loc="lower left", ncols=4, bbox_to_anchor=(0.008, -0.005),
            handletextpad=0.4, columnspacing=1.2, borderaxespad=0.3,
        )  # fmt: skip
        return True


def _handles(titles: list[str]) -> list[Any]:
    """Samples of what the legend explains, in the order of their titles."""
    from matplotlib.lines import Line2D

    def dot(marker: str, face: str, size: float = 9.0, edge: str = style.INK) -> dict[str, Any]:
        return {
            "marker": marker, "linestyle": "none", "markersize": size,
            "markerfacecolor": face, "markeredgecolor": edge,
        }  # fmt: skip

    looks = [
        dot("s", style.INK),
        dot("s", style.VERMILION),
        dot("s", style.PAPER),
        dot("o", "#21918C"),
        dot("^", "#3B528B"),
        dot("o", style.PAPER, 6.0, style.MUTED),
        dot("o", style.PAPER, 6.0, style.MUTED),
        {"color": style.MUTED, "linewidth": 1.0},
        {"color": style.PURPLE, "linewidth": 4.0},
    ]
    return [Line2D([], [], label=title, **look) for title, look in zip(titles, looks, strict=True)]


def _overloaded(snapshot: SlotSnapshot) -> Any:
    return snapshot.server_load > snapshot.server_capacity


def _server_colours(snapshot: SlotSnapshot) -> list[str]:
    """The colour of each server's square, (H,)."""
    colours = np.where(_overloaded(snapshot), style.VERMILION, style.INK)
    return np.where(snapshot.server_capacity <= 0, style.PAPER, colours).tolist()


def _places(snapshot: SlotSnapshot) -> Any:
    """All places that the map must show at first, (K, 2) [m]."""
    corners = [] if snapshot.outline is None else [snapshot.outline]
    return np.concatenate([snapshot.server_position, snapshot.user_position, *corners])


def _sizes(snapshot: SlotSnapshot) -> dict[str, float]:
    """Areas of the marks [pt^2]: the more there are, the smaller."""
    servers, users = len(snapshot.server_load), len(snapshot.ran)
    return {
        "server": float(np.clip(2600 / servers, 34, 300)),
        "user": float(np.clip(6500 / max(users, 1), 13, 90)),
    }


def _numbered(snapshot: SlotSnapshot) -> int:
    """How many servers show their numbers: all or none."""
    return len(snapshot.server_load) if len(snapshot.server_load) <= NUMBERED else 0
