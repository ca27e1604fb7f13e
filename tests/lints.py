"""The house rules that no other tool checks, each a pure function from source code to findings.

`tests/test_architecture.py` runs them over the whole tree and proves that each one catches what it is for.
A line that must break a rule says why in place: `# lint-skip: reason`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MODULE_LINES = 300
TEST_MODULE_LINES = 400
FUNCTION_LINES = 60

CATCH_ALL_WORDS = frozenset(
    {"util", "utils", "helper", "helpers", "manager", "managers", "service", "services", "misc", "common"}
)
# Names that belong to somebody else: HL7 calls these resources "service".
FOREIGN_NAMES = frozenset({"healthcare_service", "HealthcareService"})

# Two halves, so that this file does not find itself.
UNFINISHED_MARKS = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")

_BROAD = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root of the repository, and its text."""

    path: str
    text: str

    @classmethod
    def read(cls, file: Path) -> "Source":
        return cls(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.path)

    def finding(self, node: ast.AST | int, message: str) -> str:
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.path}:{line}: {message}"

    def skips(self, node: ast.AST) -> bool:
        """Whether the first or last line of this node carries `# lint-skip:` with a reason."""
        lines = self.text.splitlines()
        numbers = {getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)}
        return any(lines[n - 1].partition("# lint-skip:")[2].strip() for n in numbers)


def python_files(*folders: str) -> list[Source]:
    """Every Python file of ours under these folders, in a stable order."""
    found = (file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return [Source.read(file) for file in sorted(found) if "__pycache__" not in file.parts]


def module_too_long(source: Source, limit: int) -> Iterator[str]:
    lines = len(source.text.splitlines())
    if lines > limit:
        yield source.finding(limit, f"{lines} lines; the limit is {limit}. Split it by what it does.")


def function_too_long(source: Source, limit: int = FUNCTION_LINES) -> Iterator[str]:
    """The docstring does not count: explaining is never too long."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1 - _docstring_lines(node)
            if lines > limit:
                yield source.finding(node, f"{node.name} has {lines} lines; the limit is {limit}.")


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(node) is None:
        return 0
    first = node.body[0]
    return (first.end_lineno or first.lineno) - first.lineno + 1


def module_without_docstring(source: Source) -> Iterator[str]:
    if source.text.strip() and ast.get_docstring(source.tree) is None:
        yield source.finding(1, "the module does not say what it is for; give it a docstring.")


def catch_all_name(source: Source) -> Iterator[str]:
    """A module or class called 'helper' tells a reader nothing about what is inside."""
    parts = Path(source.path).with_suffix("").parts
    for part in parts:
        if part not in FOREIGN_NAMES and part.split("_")[-1] in CATCH_ALL_WORDS:
            yield source.finding(1, f"'{part}' says nothing; name it for what it does.")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and _says_nothing(node.name):
            yield source.finding(node, f"class {node.name} says nothing; name it for what it does.")


def _says_nothing(class_name: str) -> bool:
    last_word = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", class_name)[-1].lower()
    return class_name not in FOREIGN_NAMES and last_word in CATCH_ALL_WORDS


def reads_the_time(source: Source) -> Iterator[str]:
    """Rules and sums take the day as an argument, so that any day can be asked about again."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _called(node) in {"today", "now", "utcnow", "localtime"}:
            yield source.finding(node, f"{_called(node)}() reads the time; take the day as an argument.")
        if isinstance(node, ast.Import) and any(alias.name == "time" for alias in node.names):
            yield source.finding(node, "imports the clock; take the moment as an argument.")
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield source.finding(node, "imports the clock; take the moment as an argument.")


def foreign_transaction(source: Source) -> Iterator[str]:
    """Piccolo's own transaction leaks pool connections on cancellation, and asyncpg's knows no actor.

    Ours is told apart by its first argument, the scope that row-level security sees; theirs take none.
    """
    for node in ast.walk(source.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)) or source.skips(node):
            continue
        method = node.func.attr
        if method == "atomic" or (method == "transaction" and not node.args):
            yield source.finding(node, f".{method}( is not our transaction(scope); call that one.")


def concurrency_inside_the_store(source: Source) -> Iterator[str]:
    """One transaction is one connection: two queries at once on it is an error, or escapes it."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and not source.skips(node):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "batch":
                yield source.finding(node, ".batch( opens a transaction of its own; page by key instead.")
            if _called(node) in {"gather", "TaskGroup", "create_task"}:
                yield source.finding(node, f"{_called(node)}( leaves the transaction; await one by one.")


def appends_events(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _called(node) == "append_events":
            yield source.finding(node, "only pathway/actions and the loader append events.")
        if isinstance(node, ast.ImportFrom) and any(a.name == "append_events" for a in node.names):
            yield source.finding(node, "only pathway/actions and the loader append events.")


def swallows_errors(source: Source) -> Iterator[str]:
    """An error that nobody hears of is a child that nobody hears of."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and all(isinstance(s, ast.Pass) for s in node.body):
            yield source.finding(node, "swallows an error; handle it, or let it through.")
        suppressed = node.args if isinstance(node, ast.Call) and _called(node) == "suppress" else []
        if any(isinstance(arg, ast.Name) and arg.id in _BROAD for arg in suppressed):
            yield source.finding(node, "suppresses every error; name the one you expect.")


def unfinished(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        for mark in UNFINISHED_MARKS:
            if mark in line.replace("(", " ").replace(":", " ").split():
                yield source.finding(number, f"{mark}: finish it, or write an issue and remove the mark.")


def deferred_annotations_in_routes(source: Source) -> Iterator[str]:
    """Litestar reads a handler's annotations at run time; postponed ones are strings to it."""
    nodes = [n for n in ast.walk(source.tree) if isinstance(n, ast.ImportFrom)]
    deferred = [n for n in nodes if n.module == "__future__" and n.names[0].name == "annotations"]
    has_routes = any((n.module or "").split(".")[0] == "litestar" for n in nodes)
    if deferred and has_routes:
        yield source.finding(deferred[0], "route modules must not postpone their annotations.")


def _called(node: ast.Call) -> str:
    """`gather` for both `gather(...)` and `asyncio.gather(...)`."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
