"""``python -m edgemarl`` is the ``edgemarl`` command."""

from edgemarl.cli import main

main()
