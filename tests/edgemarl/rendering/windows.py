"""A matplotlib backend whose windows are kept in memory, for tests where there is no display."""

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

shown: list["FigureManager"] = []


class FigureManager(FigureManagerBase):
    def show(self):
        shown.append(self)


class FigureCanvas(FigureCanvasAgg):
    manager_class = FigureManager
    required_interactive_framework = "headless"
