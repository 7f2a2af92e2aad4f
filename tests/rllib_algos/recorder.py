"""A callback that env runners in other processes can import."""

from typing import Any

from ray.rllib.callbacks.callbacks import RLlibCallback


class Recorder(RLlibCallback):
    """Counts the callbacks of episodes in the metrics and keeps what it saw."""

    def on_episode_start(self, *, episode: Any, metrics_logger: Any, **kwargs: Any) -> None:
        assert episode.get_infos() != {}
        episode.custom_data["steps"] = 0
        metrics_logger.log_value("starts", 1, reduce="sum")

    def on_episode_step(self, *, episode: Any, env: Any, env_index: int, **kwargs: Any) -> None:
        assert env.envs[env_index].possible_agents == list(episode.agent_ids)
        episode.custom_data["steps"] += 1

    def on_episode_end(self, *, episode: Any, metrics_logger: Any, **kwargs: Any) -> None:
        assert episode.is_done
        assert len(episode) == episode.custom_data["steps"]
        metrics_logger.log_value("seen_return", episode.get_return(), reduce="mean")
        metrics_logger.log_value("ends", 1, reduce="sum")
