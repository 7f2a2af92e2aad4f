"""All studies by name."""

import difflib

from edgemarl.experiments.reproduction import djtcra, mec
from edgemarl.experiments.reproduction.study import Study, by_name

STUDIES = by_name((*djtcra.STUDIES, *mec.STUDIES))


def find_study(name: str) -> Study:
    """The study of a name.

    Raises:
        ValueError: if there is none.
    """
    if name in STUDIES:
        return STUDIES[name]
    close = difflib.get_close_matches(name, STUDIES, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"study must be one of {', '.join(STUDIES)}, got {name!r}{hint}")
