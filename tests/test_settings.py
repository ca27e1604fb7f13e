"""What an installation may set, what it may not, and what it is told when it is wrong."""

from pathlib import Path

import pytest

from pathway import settings
from pathway.domain.errors import SettingsRefused

APP = "postgresql://pathway_app:secret-of-the-app@db/pathway"
OWNER = "postgresql://pathway_owner:secret-of-the-owner@db/pathway"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for knob in settings.knobs():
        monkeypatch.delenv(knob.variable, raising=False)


def written(folder: Path, name: str, text: str) -> str:
    file = folder / name
    file.write_text(text + "\n", encoding="utf-8")
    return str(file)


def test_the_address_of_the_database_can_be_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATHWAY_DATABASE_URL_FILE", written(tmp_path, "app", APP))
    monkeypatch.setenv("PATHWAY_OWNER_URL_FILE", written(tmp_path, "owner", OWNER))

    loaded = settings.load()

    assert (loaded.database_url, loaded.owner_url) == (APP, OWNER)


def test_the_service_runs_without_the_password_of_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATHWAY_DATABASE_URL", APP)
    assert settings.load().owner_url is None


def test_an_owner_without_an_application_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATHWAY_OWNER_URL", OWNER)
    with pytest.raises(SettingsRefused, match="PATHWAY_OWNER_URL needs PATHWAY_DATABASE_URL"):
        settings.load()


def test_an_address_given_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATHWAY_DATABASE_URL", APP)
    monkeypatch.setenv("PATHWAY_DATABASE_URL_FILE", written(tmp_path, "app", APP))
    with pytest.raises(SettingsRefused, match="are both set") as refused:
        settings.load()
    assert "secret-of-the-app" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATHWAY_DATABASE_URL_FILE", str(tmp_path / "missing"))
    with pytest.raises(SettingsRefused, match="PATHWAY_DATABASE_URL_FILE names .*missing"):
        settings.load()


def production(folder: Path) -> dict[str, str]:
    keys = {f"{key}_file": written(folder, key, f"{key}-".ljust(40, "x")) for key in settings.KEYS}
    return {"mode": "production", "base_url": "https://pathway.example", **keys}


def test_production_runs_with_https_and_keys_of_its_own(tmp_path: Path) -> None:
    assert settings.load(**production(tmp_path)).mode == "production"


def test_production_without_https_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="https"):
        settings.load(**{**production(tmp_path), "base_url": "http://pathway.example"})


@pytest.mark.parametrize("key", settings.KEYS)
def test_production_refuses_a_key_that_is_missing_short_or_from_the_demonstration(
    key: str, tmp_path: Path
) -> None:
    complete = production(tmp_path)
    missing = {name: value for name, value in complete.items() if name != f"{key}_file"}
    with pytest.raises(SettingsRefused, match="must name a file"):
        settings.load(**missing)
    for bad, reason in (("short", "fewer than"), (settings.DEMO_MARK.ljust(40, "x"), "demonstration")):
        with pytest.raises(SettingsRefused, match=reason):
            settings.load(**{**complete, f"{key}_file": written(tmp_path, "bad", bad)})


def test_every_setting_says_in_a_sentence_what_it_is() -> None:
    assert [knob.variable for knob in settings.knobs() if not knob.sentence.endswith(".")] == []
