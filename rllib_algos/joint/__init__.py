"""The core that all joint off-policy algorithms share."""
