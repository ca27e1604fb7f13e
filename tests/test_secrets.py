"""The demonstration makes its own secrets, production never does, and no refusal repeats one."""

import stat
from pathlib import Path

import pytest

from pathway import settings
from pathway.domain.errors import SettingsRefused
from pathway.settings import KEYS, Settings, knobs, load


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for knob in knobs():
        monkeypatch.delenv(knob.variable, raising=False)
    monkeypatch.setenv("PATHWAY_DATA", str(tmp_path / "data"))


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Everything that production needs; the folder of its secrets."""
    monkeypatch.setenv("PATHWAY_MODE", "production")
    monkeypatch.setenv("PATHWAY_BASE_URL", "https://pathway.example.nhs.uk/")
    for key in KEYS:
        (tmp_path / key).write_text(f"{key} " + "a" * 32)
        monkeypatch.setenv(f"PATHWAY_{key.upper()}_FILE", str(tmp_path / key))
    return tmp_path


def test_every_knob_has_its_variable_and_exactly_one_sentence() -> None:
    assert len(knobs()) == len(Settings.model_fields)
    for knob in knobs():
        assert knob.variable == f"PATHWAY_{knob.name.upper()}"
        assert ". " not in knob.sentence, knob


def test_the_demonstration_makes_its_own_keys_and_keeps_them() -> None:
    for key in KEYS:
        made = load().key(key)
        assert made.startswith(settings.DEMO_MARK.encode())
        assert load().key(key) == made
        assert stat.S_IMODE((load().data_folder / "secrets" / key).stat().st_mode) == 0o600
    assert len({load().key(key) for key in KEYS}) == len(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_production_refuses_the_secret_of_a_demonstration(production: Path, key: settings.Key) -> None:
    (production / key).write_text(load(mode="demo", **{f"{key}_file": None}).key(key).decode())
    with pytest.raises(SettingsRefused) as refused:
        load()
    assert str(refused.value) == (
        f"PATHWAY_{key.upper()}_FILE holds the demonstration's secret: make a new one before production."
    )


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PATHWAY_BASE_URL", "http://pathway.example.nhs.uk", "must begin with https://"),
        ("PATHWAY_SEAL_KEY_FILE", "/nowhere/at/all", "names /nowhere/at/all, which cannot be read"),
        ("PATHWAY_OWNER_URL", "postgresql://a:hunter2@db/pathway", "needs PATHWAY_DATABASE_URL"),
        ("PATHWAY_POOL_MIN", "99", "larger than PATHWAY_POOL_MAX"),
        ("PATHWAY_PORT", "hunter2", "^PATHWAY_PORT: "),
        ("PATHWAY_MODE", "hunter2", "^PATHWAY_MODE: "),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_without_the_value(
    production: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsRefused, match=sentence) as refused:
        load()
    assert "hunter2" not in str(refused.value)
    assert str(refused.value).endswith(".")
