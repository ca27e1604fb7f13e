"""Our stylesheet, script and pictures, held in memory already compressed and served under a hash of their content.

The address holds the hash of everything (`/static/<build>/app.css`), so a browser may keep a file for a year and
still see a new version at once. Litestar's own static files answer 200 where a 304 is due and compress anew for each
request; this handler does neither.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import brotli
from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Response

from pathway.domain.roles import Permission

STATIC = Path(__file__).parent / "static"
COMPRESSIBLE = frozenset({".css", ".js", ".svg", ".txt", ".json", ".map"})
FOR_EVER = "public, max-age=31536000, immutable"
# A page that was open during a deployment asks for the old address: it gets the new file, and keeps it for no time.
ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file in each form it can be sent in, by the name of the content encoding."""

    media_type: str
    digest: str
    forms: Mapping[str, bytes]

    def best(self, accepted: frozenset[str]) -> tuple[str, bytes]:
        """The smallest form the browser accepts."""
        encoding = next(
            (name for name in ("br", "gzip") if name in accepted and name in self.forms), "identity"
        )
        return encoding, self.forms[encoding]


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """All files, by their path under static/, and the hash over all of them."""

    files: Mapping[str, StaticFile]
    build: str

    def url(self, path: str) -> str:
        """The address of a file. A path that does not exist is an error when the page is drawn, not a broken image."""
        if path not in self.files:
            raise LookupError(f"There is no static file {path}. Add it under pathway/web/static.")
        return f"/static/{self.build}/{path}"


def load(folder: Path) -> StaticFiles:
    """Read and compress every file of a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): _read(path) for path in paths}
    whole = "".join(f"{name}:{file.digest};" for name, file in files.items())
    return StaticFiles(files, hashlib.sha256(whole.encode()).hexdigest()[:10])


@cache
def static_files() -> StaticFiles:
    """The product's own files, read once."""
    return load(STATIC)


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    forms = {"identity": content}
    if path.suffix in COMPRESSIBLE:
        # mtime=0: the same content gives the same bytes, on every worker.
        forms |= {"br": brotli.compress(content, quality=9), "gzip": gzip.compress(content, 9, mtime=0)}
    media_type = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
    return StaticFile(
        media_type or "application/octet-stream", hashlib.sha256(content).hexdigest()[:20], forms
    )


def accepted_encodings(header: str) -> frozenset[str]:
    """The encodings a browser asks for, without those it refuses with q=0 (RFC 9110 section 12.5.3)."""
    accepted = set()
    for choice in header.lower().replace(" ", "").split(","):
        name, _, weight = choice.partition(";q=")
        refused = weight != "" and not weight.strip("0.")
        if name and not refused:
            accepted.add(name)
    return frozenset(accepted)


def matches(header: str, etag: str) -> bool:
    """Whether the browser already holds this form of the file (If-None-Match, weak comparison)."""
    held = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in held or etag in held


def static_route(files: StaticFiles) -> HTTPRouteHandler:
    """The route for a set of files. Everyone may read them: they hold no personal data."""

    @get(
        "/static/{build:str}/{file_path:path}",
        sync_to_thread=False,
        opt={"permission": Permission.PUBLIC},
        include_in_schema=False,
    )
    def static_file(
        request: Request[Any, Any, Any], build: FromPath[str], file_path: FromPath[Path]
    ) -> Response[bytes]:
        """One static file, or 304 where the browser already has it."""
        file = files.files.get(file_path.as_posix().lstrip("/"))
        if file is None:
            raise NotFoundException("There is no such file.")
        encoding, content = file.best(accepted_encodings(request.headers.get("accept-encoding", "")))
        etag = f'"{file.digest}-{encoding}"'
        headers = {
            "ETag": etag,
            "Cache-Control": FOR_EVER if build == files.build else ASK_AGAIN,
            "Vary": "Accept-Encoding",
        }
        if matches(request.headers.get("if-none-match", ""), etag):
            return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        return Response(content, headers=headers, media_type=file.media_type)

    return static_file
