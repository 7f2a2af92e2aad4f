"""Latency and energy of offloading to edge servers, in the order the data flows."""
