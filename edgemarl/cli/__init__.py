"""The ``edgemarl`` command."""

from edgemarl.cli.app import main

__all__ = ["main"]
