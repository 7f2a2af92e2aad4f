"""What people write in files and on command lines."""

from typing import Any


def with_numbers(value: Any) -> Any:
    """The value with texts such as ``1e9``, which YAML 1.1 reads as text, as numbers."""
    if isinstance(value, list):
        return [with_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: with_numbers(item) for key, item in value.items()}
    if isinstance(value, str) and any(character.isdigit() for character in value):
        try:
            return float(value)
        except ValueError:
            return value
    return value
