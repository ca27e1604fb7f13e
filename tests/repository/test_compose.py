"""The deployment in docker-compose.yml is valid, hardened, and agrees with the rest of the repository.

No container engine runs here: what can be proved without one is the specification's own schema and the table below.
"""

import json
import os
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pathway.settings import knobs
from pathway.store import embedded
from tests.lints import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]

# What each service must say. `user` is never root: 999 is the server's own in the postgres image.
EVERYWHERE = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "init": True,
    "logging": {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}},
}
OURS = {"user": "10001:10001", "tmpfs": ["/tmp:rw,noexec,nosuid,size=64m"]}
HARDENING: dict[str, dict[str, Any]] = {
    "db": {**EVERYWHERE, "user": "999:999", "networks": ["data"], "restart": "unless-stopped"},
    "migrate": {**EVERYWHERE, **OURS, "networks": ["data"], "restart": "no"},
    "app": {**EVERYWHERE, **OURS, "restart": "unless-stopped"},
    "worker": {**EVERYWHERE, **OURS, "restart": "unless-stopped"},
    "mail": {**EVERYWHERE, **OURS, "networks": ["edge"], "profiles": ["dev"]},
}
SECRETS = {
    "db": {"database_superuser_password", "database_owner_password", "database_app_password"},
    "migrate": {"database_url", "owner_url", "session_key", "wrapping_key", "seal_key"},
    "app": {"database_url", "session_key", "wrapping_key", "seal_key"},
    "worker": {"database_url", "session_key", "wrapping_key", "seal_key"},
    "mail": set(),
}


def test_the_file_is_valid_by_the_compose_specification() -> None:
    """The schema is the specification's own; check-jsonschema carries a copy."""
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(COMPOSE, json.loads(schema.read_text(encoding="utf-8")))


def test_the_table_below_covers_every_service() -> None:
    assert set(HARDENING) == set(SERVICES) == set(SECRETS)


@pytest.mark.parametrize("name", HARDENING)
def test_each_service_is_hardened(name: str) -> None:
    service = SERVICES[name]
    assert {key: service.get(key) for key in HARDENING[name]} == HARDENING[name]
    assert "privileged" not in service
    assert "cap_add" not in service


@pytest.mark.parametrize("name", SECRETS)
def test_each_service_is_given_only_the_secrets_that_it_needs(name: str) -> None:
    """In particular, only the one-shot migration ever holds the password of the tables' owner."""
    assert set(SERVICES[name].get("secrets", [])) == SECRETS[name]


def test_every_secret_is_a_file_outside_the_repository() -> None:
    assert {source["file"] for source in COMPOSE["secrets"].values()} == {
        f"./secrets/{name}" for name in COMPOSE["secrets"]
    }
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "/secrets/" in ignored
    assert ".env" in ignored


def test_no_password_is_written_in_the_file() -> None:
    variables = [(k, v) for service in SERVICES.values() for k, v in service.get("environment", {}).items()]
    named_secret = [(k, v) for k, v in variables if re.search("PASSWORD|KEY|_URL_FILE|TOKEN", k)]
    assert named_secret
    assert all(k.endswith("_FILE") and v.startswith("/run/secrets/") for k, v in named_secret)


def test_each_service_that_reads_a_secret_file_is_given_it() -> None:
    for name, service in SERVICES.items():
        read = {v for k, v in service.get("environment", {}).items() if k.endswith("_FILE")}
        assert {path.removeprefix("/run/secrets/") for path in read} <= SECRETS[name]


def test_every_setting_named_is_one_that_the_service_knows() -> None:
    known = {knob.variable for knob in knobs()}
    named = {k for s in SERVICES.values() for k in s.get("environment", {}) if k.startswith("PATHWAY_")}
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named |= set(re.findall(r"^(?:# )?(PATHWAY_\w+)=", example, flags=re.MULTILINE))
    assert named <= known


def test_nothing_is_published_beyond_this_machine() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_database_cannot_be_reached_from_outside_and_cannot_reach_out() -> None:
    assert COMPOSE["networks"]["data"] == {"internal": True}
    assert "ports" not in SERVICES["db"]


def test_a_committed_write_is_on_disk_and_archived_within_a_minute() -> None:
    command = SERVICES["db"]["command"]
    for setting in ("synchronous_commit=on", "archive_mode=on", "archive_timeout=60"):
        assert f"-c{setting}" in command
    assert "--data-checksums" in SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"]


def test_nothing_typed_about_a_child_reaches_the_log_of_the_server() -> None:
    """What the embedded server is told about its log, the one in the container is told too."""
    told = {name: value for name, value in embedded.CONFIGURATION.items() if name.startswith("log_")}
    assert told
    for name, value in told.items():
        assert f"-c{name}={value}" in SERVICES["db"]["command"]


def test_the_database_makes_the_same_logins_as_the_embedded_one() -> None:
    script = (ROOT / "scripts" / "create_database_logins").read_text(encoding="utf-8")
    assert f"CREATE ROLE {embedded.OWNER} LOGIN NOSUPERUSER NOBYPASSRLS" in script
    assert f"CREATE ROLE {embedded.APP} LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS" in script


def test_the_service_waits_for_its_database_and_its_migrations() -> None:
    for name in ("app", "worker"):
        assert SERVICES[name]["depends_on"] == {
            "db": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }
        assert "healthcheck" in SERVICES[name]


def test_the_secrets_that_are_made_are_the_secrets_that_are_asked_for(tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    shutil.copy(ROOT / "scripts" / "create_secrets", scripts)
    run = [str(scripts / "create_secrets")]

    subprocess.run(run, check=True, capture_output=True)
    made = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "secrets").iterdir()}
    subprocess.run(run, check=True, capture_output=True)
    again = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "secrets").iterdir()}

    assert set(made) == set(COMPOSE["secrets"])
    assert again == made, "a second run must not replace a key"
    assert made["database_app_password"].strip() in made["database_url"]
    assert made["database_owner_password"].strip() in made["owner_url"]
    assert len(set(made.values())) == len(made)
    assert os.stat(tmp_path / "secrets").st_mode & 0o077 == 0
