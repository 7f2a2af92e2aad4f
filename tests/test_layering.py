"""Who may import whom: read from the source, and checked in a clean process."""

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted([*ROOT.glob("edgemarl/**/*.py"), *ROOT.glob("rllib_algos/**/*.py")])
HEAVY = {"ray", "torch", "rllib_algos"}
ON_USE = {"cvxpy", "jinja2", "matplotlib", "plotly", "pymoo", "tensorboardX"}
# The flow of data inside an environment's folder: a file imports only files before it.
FLOW = (
    *("passes", "arrivals", "mobility", "network", "population", "availability", "qoe"),
    *("city_network", "city_mobility", "city_fields", "traces"),
    *("votes", "positions", "fading", "tasks", "topology"),
    *("allocation", "rewards", "observations"),
    *("scenario_checks", "scenario", "presets", "state", "latency", "energy", "outcome"),
    *("choices", "server_bounds"),
    *("costs", "assignment", "lower_bound", "local_search", "branch_and_bound", "optimum"),
    *("heuristics", "problem", "prices", "broadcast"),
    *("baselines", "system", "snapshot", "spaces", "actions", "server_view", "user_view"),
    *("batch_slots", "batch_draws", "batch_outcome", "batch_reports"),
    *("batch_servers", "batch_users", "batch", "env"),
)
# The template opens a viewer when it is first asked to draw.
ON_FIRST_PICTURE = {"edgemarl.core.env": ["edgemarl.rendering.open_viewer"]}
# Files of an environment's folder that may know agents and spaces; the rest is plain functions.
WITH_SPACES = {"observations", "spaces", "server_view", "user_view", "env"}
ENVIRONMENTS = [
    path.parent.name for path in ROOT.glob("edgemarl/*/env.py") if path.parts[-2] != "core"
]
STANDS_ON_CORE = {"core": [], "solvers": ["core"], "cities": ["core"], "traces": ["core", "cities"]}
STANDS_ON = {"vdn": {"idqn"}, "qmix": {"idqn"}, "shadow_price": {"idqn"}}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def names_of(node: ast.AST) -> list[str]:
    """The modules that an import statement loads; `from a import b` counts as a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def absolute(tree: ast.Module, package: str) -> ast.Module:
    """The tree with `from .file import name` written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            node.module, node.level = ".".join([*base, *filter(None, [node.module])]), 0
    return tree


def at_import(tree: ast.AST) -> Iterator[str]:
    """Modules loaded when a module is imported: not in functions, not for type checkers only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield from names_of(node)
        yield from at_import(node)


def anywhere(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        yield from names_of(node)


def tops(names: Iterator[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def parsed(*globs: str) -> Iterator[tuple[str, ast.Module]]:
    for path in FILES:
        if any(path.match(glob) for glob in globs):
            package = ".".join(path.relative_to(ROOT).parent.parts)
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield module_name(path), absolute(tree, package)


def test_the_rules_see_the_source():
    assert len(FILES) > 40
    assert ENVIRONMENTS
    sample = ast.parse(
        "import a\nif TYPE_CHECKING:\n    import b\ndef f():\n    import c\n"
        "class D:\n    from d import e\ntry:\n    import g\nexcept ImportError:\n    pass\n"
    )
    assert tops(at_import(sample)) == {"a", "d", "g"}
    assert tops(anywhere(sample)) == {"a", "b", "c", "d", "g"}
    relative = absolute(ast.parse("from .x import y\nfrom ..z import w\nfrom . import v"), "p.q")
    assert list(anywhere(relative)) == ["p.q.x.y", "p.z.w", "p.q.v"]


def test_edgemarl_loads_no_learning_framework():
    for name, tree in parsed("edgemarl/**/*.py", "edgemarl/*.py"):
        assert not tops(at_import(tree)) & (HEAVY | ON_USE), name
        if not name.startswith(("edgemarl.cli", "edgemarl.experiments")):
            assert not tops(anywhere(tree)) & HEAVY, name


def test_rllib_algos_does_not_know_edgemarl():
    for name, tree in parsed("rllib_algos/**/*.py", "rllib_algos/*.py"):
        assert "edgemarl" not in tops(anywhere(tree)), name


@pytest.mark.parametrize("package", [*STANDS_ON_CORE, *ENVIRONMENTS])
def test_packages_import_only_what_is_below_them(package):
    below = STANDS_ON_CORE.get(package, list(STANDS_ON_CORE))
    allowed = tuple(f"edgemarl.{name}." for name in [package, *below])
    for name, tree in parsed(f"edgemarl/{package}/*.py"):
        ours = [other for other in anywhere(tree) if other.startswith("edgemarl.")]
        foreign = [other for other in ours if not f"{other}.".startswith(allowed)]
        assert foreign == ON_FIRST_PICTURE.get(name, []), name
        assert not set(foreign) & set(at_import(tree)), name


def test_solvers_need_no_environment_library():
    for name, tree in parsed("edgemarl/solvers/*.py"):
        assert not tops(anywhere(tree)) & {"gymnasium", "pettingzoo"}, name


@pytest.mark.parametrize("package", ENVIRONMENTS)
def test_files_of_an_environment_import_along_the_flow(package):
    for name, tree in parsed(f"edgemarl/{package}/*.py"):
        file = name.removeprefix(f"edgemarl.{package}").removeprefix(".")
        if not file:
            continue
        assert file in FLOW, f"say where {name} stands in the flow"
        for other in at_import(tree):
            if other.startswith(f"edgemarl.{package}."):
                assert FLOW.index(other.split(".")[2]) < FLOW.index(file), f"{name} imports {other}"


@pytest.mark.parametrize("package", ENVIRONMENTS)
def test_physics_is_plain_functions(package):
    for name, tree in parsed(f"edgemarl/{package}/*.py"):
        if name.rpartition(".")[2] not in WITH_SPACES:
            assert not tops(anywhere(tree)) & {"gymnasium", "pettingzoo"}, name


def test_algorithms_do_not_import_one_another():
    algorithms = {p.parent.name for p in ROOT.glob("rllib_algos/*/algorithm.py")} - {"joint"}
    assert algorithms
    for own in ["joint", *algorithms]:
        others = algorithms - {own} - STANDS_ON.get(own, set())
        for name, tree in parsed(f"rllib_algos/{own}/*.py"):
            used = {o.split(".")[1] for o in anywhere(tree) if o.startswith("rllib_algos.")}
            assert not used & others, name


def test_files_of_an_algorithm_do_not_import_one_another_in_a_circle():
    needs = {
        name: {".".join(other.split(".")[:3]) for other in anywhere(tree)}
        for name, tree in parsed("rllib_algos/*/*.py")
        if name.count(".") == 2  # a package's own name stands for what it exports
    }
    assert "rllib_algos.dirs.config" in needs
    graphlib.TopologicalSorter(needs).prepare()  # CycleError names the circle


def run_clean(code: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["edgemarl", "edgemarl.cli", "edgemarl.experiments"])
def test_importing_loads_nothing_heavy(module):
    heavy = HEAVY | ON_USE | {"pandas"}
    code = f"import sys, {module}; print(sorted({heavy!r} & set(sys.modules)))"
    assert run_clean(code) == "[]"


def test_an_environment_runs_where_nothing_heavy_is_installed():
    code = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {sorted(HEAVY | ON_USE)!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import edgemarl
for name in edgemarl.registered():
    env = edgemarl.make(name, scenario="tiny")
    env.reset(seed=0)
    env.step({{agent: env.action_space(agent).sample() for agent in env.agents}})
print(edgemarl.evaluate("nearest", "tiny", slots=2).mean("system_qoe") > 0)
"""
    assert run_clean(code) == "True"
