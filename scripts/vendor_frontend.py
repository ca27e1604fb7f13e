"""Copy the NHS.UK frontend's CSS, JavaScript and icons into the repository.

The result is committed, so a fresh machine needs neither npm nor the network. Run it only to take a new
version: it needs `npm` once, to fetch the package from whichever registry npm is configured with.

    python scripts/vendor_frontend.py                       fetch with npm, check, write
    python scripts/vendor_frontend.py --tarball FILE.tgz    the same from a file already fetched
    python scripts/vendor_frontend.py --check               compare the committed files with the lock, offline

What is changed on the way in: the 2 `@font-face` rules are dropped (the Frutiger licence is per NHS organisation,
and they would send every visitor's browser to another host), icon addresses become relative, and source-map
comments go. Only the icons that the CSS names are kept: the NHS logo stays out of the repository.
"""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "nhsuk-frontend"
VERSION = "10.6.1"
INTEGRITY = "sha512-PZorqQZjZx/A26yJoskCL9z0ib6AtkAyF0o4K/RHr8zRrJyXrUOCnMbjy0VNXsGO4tfTNMwqlkwATKs4a0xayw=="
VENDOR = Path(__file__).resolve().parent.parent / "pathway" / "web" / "static" / "vendor"
LOCK = "vendor.lock.json"
DIST = "package/dist/nhsuk"
MIT = """MIT License

Copyright (c) 2026 NHS England (nhsuk-frontend)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
IN THE SOFTWARE.
"""


def fetch(folder: Path) -> Path:
    """Ask npm for the package: npm knows the registry, this script names none."""
    subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{PACKAGE}@{VERSION}"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return next(folder.glob("*.tgz"))


def check_integrity(tarball: Path) -> None:
    """Stop unless the bytes are those this version was pinned with."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if found != INTEGRITY:
        raise SystemExit(
            f"{tarball.name} is not {PACKAGE} {VERSION}: integrity {found}, expected {INTEGRITY}. "
            "Fetch it again, or pin the new version in this script."
        )


def read_member(archive: tarfile.TarFile, name: str) -> bytes:
    """One file of the package, read in memory: nothing is extracted to a path the archive chooses."""
    member = archive.extractfile(f"{DIST}/{name}")
    if member is None:
        raise SystemExit(f"{PACKAGE} {VERSION} has no {name}.")
    return member.read()


def own_css(css: str) -> str:
    """The stylesheet without outside requests."""
    css, faces = re.subn(r"@font-face\s*\{[^}]*\}", "", css)
    if faces != 2:
        raise SystemExit(
            f"Expected exactly 2 @font-face rules, found {faces}: read the new CSS before vendoring it."
        )
    css = css.replace("/assets/images/", "images/")
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/\s*", "", css)
    if "http://" in css or "https://" in css:
        raise SystemExit("The CSS still names another host: read it before vendoring it.")
    return css


def own_js(js: str) -> str:
    """The module without its source-map comment."""
    return re.sub(r"//# sourceMappingURL=.*\s*$", "\n", js)


def vendored_files(tarball: Path) -> dict[str, bytes]:
    """Every file to write, by its path under static/vendor."""
    with tarfile.open(tarball) as archive:
        css = own_css(read_member(archive, "nhsuk-frontend.min.css").decode())
        js = own_js(read_member(archive, "nhsuk-frontend.min.js").decode())
        images = sorted(set(re.findall(r"url\((images/[\w.-]+)\)", css)))
        icons = {image: read_member(archive, f"assets/{image}") for image in images}
    return {
        "LICENCE.txt": MIT.encode(),
        "nhsuk-frontend.min.css": css.encode(),
        "nhsuk-frontend.min.js": js.encode(),
        **icons,
    }


def digests(files: dict[str, bytes]) -> dict[str, str]:
    """Path → sha256, in a fixed order so that the lock's diff is readable."""
    return {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}


def write(files: dict[str, bytes]) -> None:
    """Replace the vendor folder's files and their lock."""
    for old in VENDOR.rglob("*"):
        if old.is_file():
            old.unlink()
    for path, content in files.items():
        target = VENDOR / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    lock = {"package": PACKAGE, "version": VERSION, "integrity": INTEGRITY, "sha256": digests(files)}
    (VENDOR / LOCK).write_text(json.dumps(lock, indent=2) + "\n")


def differences(vendor: Path = VENDOR) -> list[str]:
    """What in the vendor folder does not agree with its lock; empty when all is well."""
    locked: dict[str, str] = json.loads((vendor / LOCK).read_text())["sha256"]
    present = {
        path.relative_to(vendor).as_posix(): path.read_bytes()
        for path in vendor.rglob("*")
        if path.is_file() and path.name != LOCK
    }
    found = digests(present)
    return (
        [f"{path}: missing" for path in locked if path not in found]
        + [f"{path}: not in the lock" for path in found if path not in locked]
        + [f"{path}: changed" for path in locked if path in found and found[path] != locked[path]]
    )


def main(arguments: list[str] | None = None) -> int:
    """Vendor, or check what was vendored."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tarball", type=Path, help="use this package file instead of asking npm")
    parser.add_argument(
        "--check", action="store_true", help="compare the committed files with the lock, offline"
    )
    chosen = parser.parse_args(arguments)
    if chosen.check:
        problems = differences()
        print("\n".join(problems) or f"{PACKAGE} {VERSION}: every vendored file agrees with {LOCK}.")
        return 1 if problems else 0
    with tempfile.TemporaryDirectory() as folder:
        tarball = chosen.tarball or fetch(Path(folder))
        check_integrity(tarball)
        files = vendored_files(tarball)
    write(files)
    print(
        f"{PACKAGE} {VERSION}: {len(files)} files, {sum(map(len, files.values())) // 1024} KB in {VENDOR.name}/."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
