"""What each migration says, as a digest that is noted when it runs.

Until the first release the text of a migration is put right where it stands, and not by another migration. A database that
an earlier text made would then fail strangely, or not at all and lack a right; so it is refused with a sentence.
"""

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pathway.domain.errors import MigrationRefused
from pathway.store.piccolo_app import APP_NAME

_NOTED = "SELECT name, to_jsonb(m) ->> 'text_digest' AS digest FROM public.migration m WHERE app_name = $1 ORDER BY name"
_COLUMN = "ALTER TABLE public.migration ADD COLUMN IF NOT EXISTS text_digest text"
_NOTE = "UPDATE public.migration SET text_digest = $3 WHERE app_name = $1 AND name = $2"

_FILE: Final = re.compile(r"\d{4}_\w+")
_COMMENT: Final = re.compile(r"--[^\n]*")
_SAYS_NOTHING: Final = frozenset({"DESCRIPTION", "VERSION"})

MAKE_A_NEW_ONE: Final = (
    "Nothing was changed. Take out what it holds with the program that made it ('pathway export'), and make a new "
    "database: a new data folder (PATHWAY_DATA), or an empty database on your server. A demonstration is simply made again."
)


def digest_of(module: Path) -> str:
    """The digest of a migration: what its module says in strings, and the files in sql/ that it names. No comments."""
    said = list(_strings(module))
    for name in sorted({name for text in said for name in _FILE.findall(text)}):
        file = module.parent / "sql" / f"{name}.sql"
        if file.is_file():
            said.append(file.read_text(encoding="utf-8"))
    words = "\0".join(" ".join(_COMMENT.sub("", text).split()) for text in said)
    return hashlib.sha256(words.encode()).hexdigest()


def _strings(module: Path) -> Iterator[str]:
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        names = {target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)}
        if isinstance(node, ast.Expr) or names & _SAYS_NOTHING:
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


async def note_texts(connection: Any, digests: Mapping[str, str]) -> None:
    """Note what the migrations that ran just now said, by their ids; as the owner."""
    await connection.execute(_COLUMN)
    await connection.executemany(_NOTE, [(APP_NAME, name, digest) for name, digest in digests.items()])


async def refuse_other_texts(connection: Any, digests: Mapping[str, str]) -> None:
    """Raise MigrationRefused where a migration ran here with another text than it has now.

    Of a migration that ran before texts were noted nothing is known, and nothing is said.
    """
    if await connection.fetchval("SELECT to_regclass('public.migration')") is None:
        return
    for row in await connection.fetch(_NOTED, APP_NAME):
        if row["digest"] and digests.get(row["name"], row["digest"]) != row["digest"]:
            raise MigrationRefused(
                f"This database was made by an earlier draft of this program: migration {row['name']} said something "
                f"else when it ran here. {MAKE_A_NEW_ONE}"
            )
