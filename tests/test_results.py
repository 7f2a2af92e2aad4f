"""The published numbers: every row of a study has its cells, every page says what its files say."""

import csv
import json
from pathlib import Path

import pytest

RESULTS = Path(__file__).parents[1] / "docs" / "results"
FOLDER = RESULTS / "reproduction"
ROWS = sorted(FOLDER.glob("*.csv"))
TABLES = sorted(FOLDER.glob("*.md"))
ABOUT = ("point", "method", "topology", "seed", "slots", "seconds")


@pytest.fixture(scope="module")
def cells():
    """Every cell, by method, topology, and slots."""
    found = {}
    for path in (FOLDER / "cells").glob("*.json"):
        result = json.loads(path.read_text())
        key = result["method"], result["topology"], result["cell"]["slots"]
        found.setdefault(key, []).append(result)
    return found


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_every_row_of_a_study_has_its_cell(path, cells):
    for row in csv.DictReader(path.read_text().splitlines()):
        key = row["method"], int(row["topology"]), int(row["slots"])
        seeds = {int(row["seed"])} if key[2] else {0, int(row["seed"])}
        measured = {
            name: float(value)
            for name, value in row.items()
            if name not in ABOUT and not name.startswith("training_") and value
        }
        alike = [cell for cell in cells.get(key, []) if cell["cell"]["seed"] in seeds]
        assert any(measured.items() <= cell["evaluation"].items() for cell in alike), row


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_table_stands_on_a_page_as_it_was_written(path):
    table = [line for line in path.read_text().splitlines() if line.startswith("|")]
    pages = [page.read_text().splitlines() for page in RESULTS.glob("*.md")]
    assert table
    assert any(set(table) <= set(page) for page in pages)
