"""A matplotlib backend whose windows are kept in memory, for tests where there is no display."""

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

shown: list["FigureManager"] = []


class FigureManager(FigureManagerBase):
    title = ""

    def show(self):
        shown.append(self)

    def set_window_title(self, title):
        self.title = title


class FigureCanvas(FigureCanvasAgg):
    manager_class = FigureManager
    required_interactive_framework = "headless"
