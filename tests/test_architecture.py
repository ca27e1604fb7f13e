"""The shape of the code is a promise too: layers, sizes, names, and who may do what.

Every rule is shown to bite on a small wrong example before it is believed about the tree.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import lints
from tests.lints import ROOT, Source, python_files

OURS = ("pathway", "fhir", "scripts", "bench")
ALL_CODE = (*OURS, "migrations", "tests")
PURE = ("pathway/domain", "pathway/analytics")

Lint = Callable[[Source], Iterator[str]]


def findings(lint: Lint, *folders: str) -> list[str]:
    return [finding for source in python_files(*folders) for finding in lint(source)]


def assert_none(found: list[str]) -> None:
    assert not found, "\n" + "\n".join(found)


# --- layers -----------------------------------------------------------------------------------


def test_imports_go_in_one_direction_only() -> None:
    """In a process of its own: the linter sets up logging, and would silence that of the tests after it."""
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_fhir_folder_is_a_source_root_and_never_a_package() -> None:
    """A `fhir/__init__.py` would shadow the library `fhir.resources`, whose import name is `fhir`."""
    assert not (ROOT / "fhir" / "__init__.py").exists()
    assert not (ROOT / "fhir" / "resources").exists()


# --- sizes and names --------------------------------------------------------------------------


def test_every_module_fits_in_one_sitting() -> None:
    too_long = [f for s in python_files(*OURS) for f in lints.module_too_long(s, lints.MODULE_LINES)]
    too_long += [f for s in python_files("tests") for f in lints.module_too_long(s, lints.TEST_MODULE_LINES)]
    assert_none(too_long)


def test_every_function_fits_on_one_screen() -> None:
    """Migrations are left out: each is a script that runs once, from top to bottom."""
    assert_none(findings(lints.function_too_long, *OURS, "tests"))


def test_every_module_says_what_it_is_for() -> None:
    assert_none(findings(lints.module_without_docstring, *ALL_CODE))


def test_no_module_or_class_has_a_catch_all_name() -> None:
    assert_none(findings(lints.catch_all_name, *ALL_CODE))


# --- time -------------------------------------------------------------------------------------


def test_rules_and_sums_never_ask_what_day_it_is() -> None:
    assert_none(findings(lints.reads_the_time, *PURE))


# --- the database -----------------------------------------------------------------------------


def test_every_transaction_is_our_own() -> None:
    assert_none(findings(lints.foreign_transaction, "pathway", "fhir"))


def test_nothing_runs_side_by_side_inside_a_transaction() -> None:
    assert_none(findings(lints.concurrency_inside_the_store, "pathway/store", "pathway/actions"))


def test_only_actions_and_the_loader_append_events() -> None:
    def may_append(source: Source) -> bool:
        return source.path.startswith(("pathway/actions/", "pathway/store/loader"))

    others = [source for source in python_files("pathway", "fhir") if not may_append(source)]
    assert_none([finding for source in others for finding in lints.appends_events(source)])


def test_the_function_that_appends_events_exists_once() -> None:
    """Otherwise the rule above would guard a door that has been moved."""
    defined = [s.path for s in python_files("pathway") if "def append_events(" in s.text]
    assert len(defined) == 1, defined
    assert defined[0].startswith("pathway/store/")


# --- honesty ----------------------------------------------------------------------------------


def test_no_error_is_swallowed() -> None:
    assert_none(findings(lints.swallows_errors, *ALL_CODE))


def test_nothing_is_left_unfinished() -> None:
    assert_none(findings(lints.unfinished, *ALL_CODE))


def test_route_modules_do_not_postpone_annotations() -> None:
    assert_none(findings(lints.deferred_annotations_in_routes, "pathway", "fhir"))


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only a checkout knows which files are tracked")
def test_no_secret_or_local_file_is_tracked() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    forbidden = (".venv/", ".pathway/", "secrets/", "backups/", ".uv-bootstrap/")
    tracked = [path for path in listed.stdout.splitlines() if path.startswith(forbidden) or path == ".env"]
    assert tracked == []


# --- each rule bites --------------------------------------------------------------------------

WRONG: list[tuple[Lint, str, str]] = [
    (lambda s: lints.module_too_long(s, 2), "pathway/a.py", "x = 1\ny = 2\nz = 3\n"),
    (lambda s: lints.function_too_long(s, 2), "pathway/a.py", "def f():\n    a = 1\n    return a\n"),
    (lints.module_without_docstring, "pathway/a.py", "x = 1\n"),
    (lints.catch_all_name, "pathway/web/utils.py", ""),
    (lints.catch_all_name, "pathway/web/form_helpers.py", ""),
    (lints.catch_all_name, "pathway/web/forms.py", "class ReferralService:\n    x = 1\n"),
    (lints.reads_the_time, "pathway/domain/a.py", "from datetime import date\nx = date.today()\n"),
    (lints.reads_the_time, "pathway/domain/a.py", "import datetime as d\nx = d.datetime.now(d.UTC)\n"),
    (lints.reads_the_time, "pathway/domain/a.py", "import time\n"),
    (lints.reads_the_time, "pathway/domain/a.py", "from time import monotonic\n"),
    (lints.foreign_transaction, "pathway/store/a.py", "async with DB.transaction():\n    x = 1\n"),
    (lints.foreign_transaction, "pathway/store/a.py", "connection.transaction(isolation='serializable')\n"),
    (lints.foreign_transaction, "pathway/store/a.py", "x = DB.atomic()\n"),
    (lints.foreign_transaction, "pathway/store/a.py", "x = DB.atomic()  # lint-skip:\n"),
    (lints.concurrency_inside_the_store, "pathway/store/a.py", "import asyncio\nx = asyncio.gather(a, b)\n"),
    (lints.concurrency_inside_the_store, "pathway/store/a.py", "x = Event.select().batch(batch_size=9)\n"),
    (lints.appends_events, "pathway/web/a.py", "events.append_events([])\n"),
    (lints.appends_events, "pathway/web/a.py", "from pathway.store.events import append_events as add\n"),
    (lints.swallows_errors, "pathway/a.py", "try:\n    f()\nexcept Exception:\n    pass\n"),
    (lints.swallows_errors, "pathway/a.py", "with contextlib.suppress(Exception):\n    f()\n"),
    (lints.unfinished, "pathway/a.py", f"x = 1  # {lints.UNFINISHED_MARKS[0]}: later\n"),
    (
        lints.deferred_annotations_in_routes,
        "pathway/web/a.py",
        "from __future__ import annotations\nfrom litestar import get\n",
    ),
]

RIGHT: list[tuple[Lint, str, str]] = [
    (lambda s: lints.function_too_long(s, 2), "pathway/a.py", 'def f():\n    """Long\n\n    story."""\n'),
    (lints.catch_all_name, "fhir/pathway_fhir/healthcare_service.py", ""),
    (lints.catch_all_name, "fhir/pathway_fhir/service_request.py", ""),
    (lints.foreign_transaction, "pathway/store/a.py", "x = DB.atomic()  # lint-skip: this is the helper\n"),
    (lints.foreign_transaction, "pathway/actions/a.py", "async with db.transaction(scope):\n    x = 1\n"),
    (lints.unfinished, "pathway/a.py", "x = 'a todo list'\n"),
    (lints.deferred_annotations_in_routes, "pathway/domain/a.py", "from __future__ import annotations\n"),
]


@pytest.mark.parametrize(("lint", "path", "text"), WRONG)
def test_each_rule_finds_what_it_forbids(lint: Lint, path: str, text: str) -> None:
    assert list(lint(Source(path, text)))


@pytest.mark.parametrize(("lint", "path", "text"), RIGHT)
def test_no_rule_finds_what_is_allowed(lint: Lint, path: str, text: str) -> None:
    assert list(lint(Source(path, text))) == []
