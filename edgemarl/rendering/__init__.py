"""Pictures of slots: snapshots in, pixels out. Needs the extra ``viz``, which loads on first use.

A file imports only files before it: ``style``, ``geometry``, ``map_panel``, ``panels``,
``picture``, ``viewer``, ``film``.
"""

from edgemarl.rendering.film import check_film, write_film
from edgemarl.rendering.viewer import ArrayViewer, Viewer, WindowViewer, open_viewer

__all__ = ["ArrayViewer", "Viewer", "WindowViewer", "check_film", "open_viewer", "write_film"]
