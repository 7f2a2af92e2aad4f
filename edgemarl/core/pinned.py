"""Files that a scenario stands on: where they are, and a digest of what they held.

A pinned file is written ``PATH@DIGEST``. Without a digest it is whatever is there now.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

DIGITS = 12  # hexadecimal ones, of the SHA-256
_PINNED = re.compile(rf"(.+)@([0-9a-f]{{{DIGITS}}})", re.DOTALL)


def split(text: str) -> tuple[str, str | None]:
    """Path and digest of a pinned file; None where it is not pinned.

    >>> split("/data/walk.csv@0123456789ab"), split("walk.csv")
    (('/data/walk.csv', '0123456789ab'), ('walk.csv', None))
    """
    match = _PINNED.fullmatch(text)
    return (match[1], match[2]) if match else (text, None)


def digest(paths: Sequence[Path]) -> str:
    """Digest of what some files hold, in their order.

    Raises:
        ValueError: for one that cannot be read.
    """
    found = hashlib.sha256()
    for path in paths:
        try:
            found.update(path.read_bytes())
        except OSError as error:
            raise ValueError(f"{path} must be a readable file: {error}") from error
    return found.hexdigest()[:DIGITS]


def check_digest(name: str, paths: Sequence[Path], wanted: str | None) -> str:
    """The digest of some files; ValueError where it is not the one that is wanted, if any is."""
    found = digest(paths)
    if wanted not in (None, found):
        raise ValueError(
            f"{name} must be what the scenario was made with: its digest was {wanted}, is {found}; "
            f"bring back the files, or leave out @{wanted}"
        )
    return found


def pinned(name: str, text: str) -> str:
    """A file's absolute path with its digest, as ``PATH@DIGEST``.

    Raises:
        ValueError: for a file that cannot be read, or holds something else than its digest says.
    """
    given, wanted = split(text)
    path = Path(given).expanduser().absolute()
    return f"{path}@{check_digest(f'{name} {path}', [path], wanted)}"
