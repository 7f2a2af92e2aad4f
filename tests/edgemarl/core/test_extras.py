import importlib.util

import pytest

from edgemarl.core.extras import MissingExtraError, require_extra


def test_a_missing_extra_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        MissingExtraError, match=r"training needs ray, torch, safetensors: pip install 'edge"
    ):
        require_extra("rllib", "training")


def test_an_installed_extra_passes(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    require_extra("rllib", "training")
