"""What agents are credited with, from infos to the batches of the learner."""

import numpy as np
import pytest
from joint_envs import RowEnv, credited_env, mixed_env, row_env

from rllib_algos import ShadowPriceConfig
from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.layouts import make_layout
from rllib_algos.shadow_price.credit import credit_field, read_all_credits, read_credits


def layout_of(env):
    return make_layout(joint_spaces(env), soft=False)


@pytest.fixture
def rows():
    """The layout of two agents and three rows, the last of which is nobody's."""
    layout = layout_of(RowEnv(agents=2, rows=3, features=2, width=2))
    return layout, {"owner": np.array([1, 0, -1], np.int8)}


def test_a_rows_credit_is_what_its_owner_reports(rows):
    layout, fields = rows
    infos = {"server_0": {"x": np.array([1.0, 2.0, 3.0])}, "server_1": {"x": [4, 5, 6]}}
    credits = read_credits(infos, "x", layout, fields)
    assert credits.tolist() == [4.0, 2.0, 0.0]
    assert (credits.shape, credits.dtype) == credit_field(layout)


def test_agents_without_rows_report_a_number():
    layout = layout_of(mixed_env({"continuous": False}))
    infos: dict[str, dict] = {
        agent: {"x": float(i)} for i, agent in enumerate(layout.spaces.agents)
    }
    assert read_credits(infos, "x", layout, {}).tolist() == [0.0, 1.0, 2.0, 3.0]
    assert credit_field(layout) == ((4,), "float32")
    infos["ragged"]["x"] = np.zeros(3)
    with pytest.raises(ValueError, match=r"'x' in the infos of agent 'ragged' must be a number"):
        read_credits(infos, "x", layout, {})


def test_credits_of_many_copies_are_those_of_each(rows):
    layout, _ = rows
    fields = {"owner": np.array([[1, 0, -1], [0, 0, 1]], np.int8)}
    by_agent = np.arange(12.0).reshape(2, 2, 3)
    credits = read_all_credits({"x": by_agent}, "x", layout, fields)
    assert credits.tolist() == [[3.0, 1.0, 0.0], [6.0, 7.0, 11.0]]
    assert credits.dtype == np.float32
    by_row = read_all_credits({"x": by_agent[:, 0]}, "x", layout, fields)
    assert by_row.tolist() == [[0.0, 1.0, 0.0], [6.0, 7.0, 8.0]]
    for copy in range(2):
        infos = {f"server_{n}": {"x": by_agent[copy, n]} for n in range(2)}
        own = read_credits(infos, "x", layout, {"owner": fields["owner"][copy]})
        np.testing.assert_array_equal(credits[copy], own)


@pytest.mark.parametrize(
    ("infos", "message"),
    [
        (
            {"y": np.zeros(2)},
            r"all copies must hold 'x', an array \(E, 3\) or .*\(E, 2, 3\), .*'y'",
        ),
        ({"x": np.zeros((2, 4))}, r"one of the shapes \[\(3,\), \(2, 3\)\], got \(4,\)"),
        ({"x": np.array([[0, 0, 0], [0, 0, np.nan]])}, "'x' in the infos of copy 1 must be finite"),
    ],
    ids=["missing", "shape", "nan"],
)
def test_what_is_no_credit_of_many_copies_is_refused(rows, infos, message):
    layout, _ = rows
    with pytest.raises(ValueError, match=message):
        read_all_credits(infos, "x", layout, {"owner": np.zeros((2, 3), np.int8)})


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ({"y": 1.0}, r"infos of agent 'server_1' must hold 'x', an array of shape \(3,\), .*'y'"),
        ({"x": 1.0}, r"'x' in the infos of agent 'server_1' must be an array of shape \(3,\)"),
        ({"x": np.zeros(4)}, r"agent 'server_1' must be an array of shape \(3,\), one credit"),
        ({"x": "much"}, r"agent 'server_1' must be an array of shape \(3,\).*got 'much'"),
        ({"x": [0.0, np.nan, 1.0]}, "'x' in the infos of agent 'server_1' must be finite, got nan"),
    ],
    ids=["missing", "number", "length", "text", "nan"],
)
def test_what_is_no_credit_is_refused(rows, info, message):
    layout, fields = rows
    with pytest.raises(ValueError, match=message):
        read_credits({"server_0": {"x": np.zeros(3)}, "server_1": info}, "x", layout, fields)


def test_credits_reach_the_replay_beside_their_choices(small):
    algorithm = small(
        ShadowPriceConfig(), credited_env, env_config={"nobody": True}, credit_key="credit"
    )
    algorithm.train()
    batch = algorithm.replay.sample(200)
    own = batch["owner"] >= 0
    best = batch["state"][:, :, :3].argmax(-1)
    np.testing.assert_array_equal(batch["credits"], (batch["actions"] == best) & own)
    np.testing.assert_array_equal(batch["credits"].sum(-1), batch["rewards"][:, 0])


def test_evaluation_needs_no_credits(small):
    config = ShadowPriceConfig().evaluation(evaluation_interval=1, evaluation_duration=1)
    algorithm = small(config, credited_env, credit_key="credit")
    assert algorithm.eval_env_runner.sample(num_episodes=1)[0].notes == {}


def test_an_environment_without_credits_says_how_to_go_on(small):
    algorithm = small(ShadowPriceConfig(), row_env, credit_key="priced_qoe")
    with pytest.raises(ValueError, match=r"must hold 'priced_qoe'.*credit_key .* own reward"):
        algorithm.train()
