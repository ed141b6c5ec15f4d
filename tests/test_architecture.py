"""Who may import whom, and what each part may do: read from the sources, nothing is run."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("model", "adapters", "conformance", "diagrams")
# part -> which modules of the other parts it may import (prefixes)
MAY_IMPORT = {
    "model": (),
    "adapters": ("certlife.model.vocabulary", "certlife.model.values", "certlife.model.x509"),
    "conformance": ("certlife.model", "certlife.adapters", "certlife.diagrams"),
    "diagrams": ("certlife.model",),
}
# part -> third-party packages that it may import
PACKAGES = {
    "model": {"transitions"},
    "adapters": {"azure", "cryptography", "httpcore", "jwt", "uvicorn"},
    "conformance": {"click", "cryptography", "hypothesis", "jinja2", "rich", "yaml"},
    "diagrams": {"graphviz", "pygraphviz", "transitions"},
}
IMPURE = {"asyncio", "datetime.now", "io", "logging", "os", "pathlib", "random", "secrets", "socket", "subprocess", "time", "uuid"}


def sources(part: str) -> list[Path]:
    return sorted((ROOT / part).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The modules that a source imports, with what it takes from them where that may be a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("part", PARTS)
def test_part_imports_only_the_parts_it_may(part: str) -> None:
    allowed = (f"certlife.{part}", *MAY_IMPORT[part])
    foreign = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources(part)
        for name in imported(path)
        if name.startswith("certlife.") and not name.startswith(allowed)
    ]

    # the command line is where all parts meet; nothing else of the suite draws pictures
    assert [line for line in foreign if line != "conformance/cli.py: certlife.diagrams"] == []


@pytest.mark.parametrize("part", PARTS)
def test_part_imports_only_the_packages_it_may(part: str) -> None:
    roots = {name.split(".")[0] for path in sources(part) for name in imported(path)}

    assert roots - set(sys.stdlib_module_names) - {"certlife"} <= PACKAGES[part]


def test_one_module_alone_imports_transitions() -> None:
    importing = [path.name for path in sources("model") if any(name.startswith("transitions") for name in imported(path))]

    assert importing == ["machine.py"]


def test_model_is_pure() -> None:
    found = {
        f"{path.name}: {name}" for path in sources("model") for name in imported(path) if name.split(".")[0] in IMPURE
    }

    assert found == set()


def test_adapters_never_see_the_tables() -> None:
    seen = [name for path in sources("adapters") for name in imported(path) if name.startswith("certlife.model.tables")]

    assert seen == []


@pytest.mark.parametrize("path", [path for part in PARTS for path in sources(part)], ids=lambda p: str(p.relative_to(ROOT)))
def test_module_says_what_it_holds_and_its_public_names_are_sorted(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    listed = [
        [element.value for element in node.value.elts if isinstance(element, ast.Constant)]
        for node in tree.body
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
        if isinstance(node.value, ast.List | ast.Tuple)
    ]

    assert ast.get_docstring(tree)
    assert all(sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name)) == names for names in listed)
