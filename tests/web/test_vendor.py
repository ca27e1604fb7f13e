"""The vendored NHS.UK frontend is exactly what its lock says, and asks nothing of any other host."""

import json
import shutil
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "vendor_frontend.py"


@pytest.fixture(scope="module")
def vendor() -> ModuleType:
    spec = spec_from_file_location("vendor_frontend", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_vendored_file_agrees_with_the_lock(
    vendor: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vendor.main(["--check"]) == 0
    assert "agrees" in capsys.readouterr().out


def test_a_changed_a_missing_and_an_added_file_are_each_found(vendor: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / "vendor"
    shutil.copytree(vendor.VENDOR, copy)
    (copy / "nhsuk-frontend.min.css").write_text("body{}")
    (copy / "LICENCE.txt").unlink()
    (copy / "extra.js").write_text("1")
    assert sorted(vendor.differences(copy)) == [
        "LICENCE.txt: missing",
        "extra.js: not in the lock",
        "nhsuk-frontend.min.css: changed",
    ]


def test_the_stylesheet_has_no_font_and_names_no_other_host(vendor: ModuleType) -> None:
    css = (vendor.VENDOR / "nhsuk-frontend.min.css").read_text()
    for unwanted in ("@font-face", "http://", "https://", "sourceMappingURL", "url(/"):
        assert unwanted not in css
    assert "sourceMappingURL" not in (vendor.VENDOR / "nhsuk-frontend.min.js").read_text()


def test_a_stylesheet_with_another_number_of_fonts_is_not_vendored_blindly(vendor: ModuleType) -> None:
    with pytest.raises(SystemExit, match="exactly 2 @font-face"):
        vendor.own_css("@font-face{src:x}")


def test_a_package_with_other_bytes_is_refused(vendor: ModuleType, tmp_path: Path) -> None:
    forged = tmp_path / "nhsuk-frontend.tgz"
    forged.write_bytes(b"forged")
    with pytest.raises(SystemExit, match="is not nhsuk-frontend"):
        vendor.check_integrity(forged)


def test_the_lock_pins_the_integrity_that_the_script_checks(vendor: ModuleType) -> None:
    lock = json.loads((vendor.VENDOR / "vendor.lock.json").read_text())
    assert (lock["version"], lock["integrity"]) == (vendor.VERSION, vendor.INTEGRITY)
    assert "MIT License" in (vendor.VENDOR / "LICENCE.txt").read_text()
