"""Colours and sizes. The colours are told apart with every common kind of colour blindness."""

from typing import Any

# Okabe and Ito, "Color universal design", 2008.
BLUE, VERMILION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
INK, MUTED, FAINT, PAPER = "#222222", "#6B6B6B", "#D9D9D9", "white"
COLOURS = (BLUE, VERMILION, PURPLE, INK, MUTED, FAINT)
QUALITY = "viridis"  # a colour map of even lightness steps

INCHES = (12.8, 7.2)  # width and height of a picture
WIDTH = 1280  # [pixel] that it has unless asked otherwise
SMALL, NORMAL, LARGE = 11.5, 13.0, 16.0  # [pt] of text

LOOK: dict[Any, Any] = {  # of all that matplotlib draws here
    "font.size": SMALL,
    "axes.labelsize": SMALL,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "path.simplify": True,
}

# Left, bottom, width and height of every part, as shares of the picture.
MAP = (0.075, 0.165, 0.52, 0.745)
COLOUR_BAR = (0.605, 0.165, 0.011, 0.745)
HISTORY = (0.728, 0.675, 0.257, 0.165)
LOAD = (0.728, 0.37, 0.257, 0.165)
COUNTS = (0.805, 0.125, 0.18, 0.15)
