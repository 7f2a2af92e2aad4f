"""How the solver's functions are compiled: one set of options, one cache that cannot go stale.

Numba's cache notices a change of the file that holds a compiled function, but not of the files
that function calls into. Entry points therefore carry a digest of the sources in their
closure, which is part of the cache's key.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": True}
_LIGHT_OPTIONS = {**_OPTIONS, "_nrt": False}  # no counts of references


def inner(function: Callable[..., Any]) -> Any:
    """Compile a function that only other compiled functions call (not cached by itself)."""
    return numba.njit(**_OPTIONS)(function)


def light(function: Callable[..., Any]) -> Any:
    """As :func:`inner`, for a function that neither makes an array nor is returned one.

    It does not count references to the arrays that it is given, which would cost more than many of
    these functions do.
    """
    return numba.njit(**_LIGHT_OPTIONS)(function)


def entry(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls; its machine code is kept between processes.

    The function must be defined inside a builder that takes `sources_digest()` and mentions it, so
    that the digest enters the cache's key.
    """
    return numba.njit(cache=True, **_OPTIONS)(function)


def sources_digest() -> int:
    """A digest of all source files of `edgemarl.solvers`: any may hold a constant that is used."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:7])
