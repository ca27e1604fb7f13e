"""Write fhir/profiles from the code and the demonstration, or check that it is up to date.

    python -m scripts.make_profiles              write everything; makes a small county, which takes half a minute
    python -m scripts.make_profiles --check      compare what needs no database, and fail if anything differs

The examples are compared by tests/fhir/county/test_profiles.py, which has a county at hand.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pathway.demo.afterwards import area_at_noon
from pathway.demo.seed import seed_county
from pathway.settings import Settings
from pathway.store import embedded
from pathway.store.engine import Database
from pathway.store.keys import area_key
from pathway.store.migrate import migrate
from pathway_fhir.server.offered import Json
from scripts.profiles import from_code
from scripts.profiles.examples import TODAY, examples

FOLDER = Path(__file__).resolve().parent.parent / "fhir" / "profiles"
EXAMPLES = FOLDER / "examples"


def profiles() -> dict[Path, Json]:
    """Each file but the examples, with what is in it."""
    found = {}
    for one in from_code.resources():
        kind = one["resourceType"]
        folder = FOLDER if kind == "CapabilityStatement" else FOLDER / kind
        found[folder / f"{kind}-{one['id']}.json"] = one
    return found


def example_files(made: Mapping[str, Json]) -> dict[Path, Json]:
    """Each file of an example."""
    return {EXAMPLES / f"{name}.json": one for name, one in made.items()}


def text(resource: Json) -> str:
    return json.dumps(resource, indent=1, ensure_ascii=False, default=float) + "\n"


def differences(expected: Mapping[Path, Json], present: set[Path]) -> list[str]:
    """The files that are not what the code says, and those that it does not know."""
    found = [
        f"{file.relative_to(FOLDER)} is not what the code says"
        for file, one in expected.items()
        if not file.exists() or file.read_text(encoding="utf-8") != text(one)
    ]
    unknown = present - expected.keys()
    return found + [f"{file.relative_to(FOLDER)} is not made any more" for file in sorted(unknown)]


def written(*, example: bool) -> set[Path]:
    """The files that are there: the examples, or all others."""
    return {file for file in FOLDER.rglob("*.json") if (EXAMPLES in file.parents) is example}


async def _examples() -> dict[str, Json]:
    with tempfile.TemporaryDirectory(prefix="pathway-profiles-") as folder:
        data = Path(folder)
        addresses = embedded.ensure_running(data)
        try:
            await migrate(addresses.owner_dsn, addresses.app_dsn)
            settings = Settings(data=data)
            await seed_county(settings, addresses, "small", 1, TODAY)
            database = Database(addresses.app_dsn)
            await database.open(1, 2)
            try:
                return await examples(area_at_noon(database, area_key(settings), TODAY))
            finally:
                await database.close()
        finally:
            embedded.stop(data)


def write(expected: Mapping[Path, Json], present: set[Path]) -> None:
    for file in present - expected.keys():
        file.unlink()
    for file, one in expected.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(one), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write fhir/profiles from the code.")
    parser.add_argument("--check", action="store_true", help="only compare; exit with 1 if anything differs")
    if parser.parse_args(arguments).check:
        if found := differences(profiles(), written(example=False)):
            print("\n".join(found))
            print("fhir/profiles is out of date. Run `make docs` and commit the result.", file=sys.stderr)
            return 1
        return 0
    write(profiles(), written(example=False))
    write(example_files(asyncio.run(_examples())), written(example=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
