"""Exact, certified maximisation of a sum of sigmoids; knows nothing of edge computing."""
