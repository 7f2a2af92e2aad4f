"""One HTML page that shows training runs: curves, a comparison, and slots on a map.

    runs         what a folder holds, and which runs belong together
    recording    what a policy did on evaluation slots, kept as a file
    gathering    the recordings of a page's runs and rules
    curves       learning curves with intervals over runs
    standings    the comparison's rows
    figures      the page's figures         page     the page itself

Nothing here imports plotly or jinja2 before a page is written, nor ray or torch before a checkpoint
has to be recorded.
"""

from edgemarl.report.page import Report, write_report

__all__ = ["Report", "write_report"]
