"""Evaluation videos: what RLlib's callbacks and wrappers ask of environments to get pictures."""

from filmer import Filmer, rendering_env
from joint_envs import row_env
from ray.rllib.env.vector.sync_vector_multi_agent_env import SyncVectorMultiAgentEnv

from rllib_algos import registry
from rllib_algos.joint.registration import RenderedParallelEnv


def test_the_wrapper_renders_for_rllibs_own_algorithms():
    env = RenderedParallelEnv(rendering_env({}))
    env.reset(seed=0)
    assert env.render_mode == "rgb_array"
    assert env.render().shape == (4, 6, 3)


def test_vectors_of_wrapped_environments_render():
    before = dict(rendering_env({}).metadata)
    vector = SyncVectorMultiAgentEnv([lambda: RenderedParallelEnv(rendering_env({}))] * 2)
    vector.reset(seed=0)
    assert vector.render_mode == "rgb_array"
    assert [picture.shape for picture in vector.render()] == [(4, 6, 3)] * 2
    assert rendering_env({}).metadata == before  # which RLlib writes into


def test_environments_without_a_picture_have_no_mode():
    assert RenderedParallelEnv(row_env({})).render_mode is None


def test_an_evaluation_is_filmed(small):
    config = registry.get_config("maddpg").callbacks(Filmer)
    config = config.evaluation(evaluation_interval=1, evaluation_duration=2)
    algorithm = small(config, rendering_env)
    results = algorithm.evaluate()
    assert results["env_runners"]["frames"] == 5  # steps of an episode
