"""Static files are compressed once, kept for a year under a hash of their content, and answered with 304."""

import gzip
from collections.abc import Iterator

import brotli
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from pathway.web.static_files import accepted_encodings, load, matches, static_files
from tests.web.gallery import gallery_app


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    with TestClient(gallery_app()) as made:
        yield made


CSS = static_files().url("vendor/nhsuk-frontend.min.css")
PLAIN = static_files().files["vendor/nhsuk-frontend.min.css"].forms["identity"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None), ("br;q=0, gzip;q=0.5", "gzip")],
)
def test_a_file_is_sent_in_the_smallest_form_the_browser_accepts(
    client: TestClient[Litestar], accepted: str, encoding: str | None
) -> None:
    with client.stream("GET", CSS, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == encoding
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert unpack(raw) == PLAIN


def test_a_file_may_be_kept_for_a_year_because_its_address_changes_with_it(
    client: TestClient[Litestar],
) -> None:
    answer = client.get(CSS)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"].startswith("text/css")


def test_a_file_the_browser_already_holds_is_answered_with_304_and_no_body(
    client: TestClient[Litestar],
) -> None:
    etag = client.get(CSS).headers["ETag"]
    again = client.get(CSS, headers={"If-None-Match": f'"other", W/{etag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert client.get(CSS, headers={"If-None-Match": '"other"'}).status_code == 200


def test_each_encoding_has_an_etag_of_its_own(client: TestClient[Litestar]) -> None:
    tags = {
        client.get(CSS, headers={"Accept-Encoding": e}).headers["ETag"] for e in ("br", "gzip", "identity")
    }
    assert len(tags) == 3


def test_a_page_from_before_a_deployment_still_gets_its_styles_but_does_not_keep_them(
    client: TestClient[Litestar],
) -> None:
    answer = client.get("/static/0000000000/app.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("path", ["nothing.css", "../templating.py", "%2e%2e/templating.py", "vendor"])
def test_nothing_outside_the_folder_is_served(client: TestClient[Litestar], path: str) -> None:
    assert client.get(f"/static/{static_files().build}/{path}").status_code == 404


def test_a_page_that_names_a_missing_file_fails_when_it_is_drawn() -> None:
    with pytest.raises(LookupError, match=r"no static file gone\.css"):
        static_files().url("gone.css")


def test_the_build_changes_with_any_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("static")
    (folder / "a.css").write_text("a{}")
    before = load(folder).build
    (folder / "a.css").write_text("b{}")
    assert load(folder).build != before


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", set()),
        ("gzip", {"gzip"}),
        ("br;q=1.0, gzip;q=0", {"br"}),
        ("GZIP ; q=0.000", set()),
        ("br; q=0.05", {"br"}),
    ],
)
def test_an_encoding_refused_with_weight_zero_is_not_used(header: str, accepted: set[str]) -> None:
    assert accepted_encodings(header) == accepted


def test_a_star_matches_any_etag() -> None:
    assert matches("*", '"a"')
    assert not matches("", '"a"')


# --- Security headers ---


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/nowhere", 404), ("/?wrong=1", 422), ("/?wrong=maybe", 400)]
)
def test_every_answer_carries_the_security_headers_and_is_kept_by_nobody(
    client: TestClient[Litestar], path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_strict_transport_security_is_sent_over_tls_only() -> None:
    for base_url, sent in (("http://testserver.local", False), ("https://testserver.local", True)):
        with TestClient(gallery_app(), base_url=base_url) as client:
            assert ("Strict-Transport-Security" in client.get("/").headers) is sent
