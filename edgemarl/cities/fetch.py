"""Fetching the EUA data set's files for the centre of Melbourne from their home on GitHub."""

import hashlib
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from edgemarl.cities.eua import SITES, SUBFOLDERS, USERS

HOME = "https://raw.githubusercontent.com/swinedge/eua-dataset/master"
CHECKSUMS = {  # SHA-256 of the files that this package was tested with
    SITES: "c1031a8ff0f110e179beeabfaea53d42c15f30b0daf6c6522e8f17789c3979fb",
    USERS: "4ab470ecc719b410f7505ca1362c2a32317c0f0a4c429b349ea34aaa7c2c03f0",
}
TIMEOUT = 60.0  # [s] without an answer


def fetch_eua(folder: Path, home: str = HOME) -> list[Path]:
    """Download both files to a folder; those that are there already and right stay.

    Args:
        folder: where to; made where it does not exist.
        home: address of the data set's main folder.

    Raises:
        OSError: where a file cannot be downloaded; the message names its address.
        ValueError: where a file is not the one that this package was tested with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, checksum in CHECKSUMS.items():
        path = folder / name
        if path.is_file() and _checksum(path.read_bytes()) == checksum:
            continue
        address = f"{home}/{SUBFOLDERS[name]}/{name}"
        content = _download(address)
        if (found := _checksum(content)) != checksum:
            raise ValueError(
                f"{address} must have the SHA-256 {checksum}, got {found}; if the data set has "
                f"changed, look at the file, and save it as {path} yourself"
            )
        path.write_bytes(content)
    return [folder / name for name in CHECKSUMS]


def _download(address: str) -> bytes:
    try:
        with urlopen(address, timeout=TIMEOUT) as answer:
            return answer.read()
    except (OSError, HTTPException) as error:  # of the connection, and answers that break off
        reason = getattr(error, "reason", None) or error
        raise OSError(
            f"{address} cannot be downloaded: {reason}; download it yourself, or use "
            "--scenario city, which needs no files"
        ) from error


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
