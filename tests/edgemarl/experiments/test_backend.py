"""How ray is started, or found; that it trains is tested in test_training.py."""

import io

import pytest

pytest.importorskip("ray")
pytest.importorskip("torch")

import ray

from edgemarl.experiments import backend
from edgemarl.experiments.backend import start_ray


@pytest.fixture
def started(monkeypatch):
    """What `ray.init` is called with, while no ray runs."""
    calls = []
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(ray, "is_initialized", lambda: bool(calls))
    monkeypatch.setattr(ray, "init", lambda **arguments: calls.append(arguments))
    return calls


def test_ray_is_started_here_once(started):
    assert start_ray(None, 3) is True
    assert start_ray(None, 3) is False
    (arguments,) = started
    assert arguments["address"] == "local"
    assert arguments["num_cpus"] == 3


@pytest.mark.parametrize("by_environment", [True, False])
def test_a_cluster_is_connected_to_with_the_cpus_it_has(started, monkeypatch, by_environment):
    monkeypatch.setattr(backend.socket, "create_connection", lambda *a, **k: io.BytesIO())
    if by_environment:
        monkeypatch.setenv("RAY_ADDRESS", "head:6379")
    assert start_ray(None if by_environment else "head:6379", 3) is True
    assert started[0]["address"] == "head:6379"
    assert "num_cpus" not in started[0]


def test_an_address_where_nothing_answers_is_named_at_once(started):
    with pytest.raises(ConnectionError, match=r"HOST:PORT of .*, got 127\.0\.0\.1:1: "):
        start_ray("127.0.0.1:1", None)
    assert not started


def test_ray_that_does_not_start_is_told_in_one_line_and_cleared_away(started, monkeypatch):
    cleared = []

    def give_up(**arguments):
        raise RuntimeError("the node timed out during startup")

    monkeypatch.setattr(ray, "init", give_up)
    monkeypatch.setattr(ray, "shutdown", lambda: cleared.append(True))
    with pytest.raises(ConnectionError, match=r"ray must start .* the node timed out .* try again"):
        start_ray(None, 1)
    assert cleared
