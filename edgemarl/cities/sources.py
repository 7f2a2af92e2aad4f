"""Cities by name: ``synthetic``, or ``eua:FOLDER`` for the files of a data set.

A folder is kept as ``eua:/absolute/path@digest``, so that a scenario means the same data wherever
and whenever it is loaded. Where the folder of a name with a digest is gone, the one that the
environment variable ``EDGEMARL_EUA`` names takes its place.
"""

import os
from functools import lru_cache
from pathlib import Path

from edgemarl.cities.city import City
from edgemarl.cities.eua import find_files, read_eua
from edgemarl.cities.synthetic import synthetic_city
from edgemarl.core.pinned import check_digest, split

SYNTHETIC, EUA = "synthetic", "eua:"
VARIABLE = "EDGEMARL_EUA"  # environment variable that names a folder


def canonical_city(source: str) -> str:
    """The name of a city with the folder's absolute path and the digest of its files.

    Raises:
        ValueError: for an unknown name, a folder without the files, or files that have changed.
    """
    if source == SYNTHETIC:
        return source
    if not (isinstance(source, str) and source.startswith(EUA) and len(source) > len(EUA)):
        raise ValueError(f"city must be {SYNTHETIC!r} or 'eua:FOLDER', got {source!r}")
    given, wanted = split(source.removeprefix(EUA))
    folder = Path(given).expanduser().absolute()
    other = os.environ.get(VARIABLE)
    if wanted and other and not folder.is_dir():
        folder = Path(other).expanduser().absolute()
    return f"{EUA}{folder}@{check_digest(f'city {EUA}{folder}', find_files(folder), wanted)}"


def load_city(source: str) -> City:
    """The city of a name, loaded once.

    Raises:
        ValueError: as :func:`canonical_city`, and as :func:`edgemarl.cities.eua.read_eua`.
    """
    return _load(canonical_city(source))


@lru_cache(maxsize=8)
def _load(source: str) -> City:
    if source == SYNTHETIC:
        return synthetic_city()
    return read_eua(Path(split(source.removeprefix(EUA))[0]))
