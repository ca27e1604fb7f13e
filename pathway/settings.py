"""Every knob of the service, read once from the environment (`PATHWAY_…`), each with one sentence.

docs/reference/settings.md is generated from `knobs()`, so a knob cannot exist without its sentence.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from pathway.domain.errors import SettingsRefused
from pathway.settings_national import NationalSettings

PREFIX = "PATHWAY_"
DEMO_MARK = "demo-"
SHORTEST_SECRET = 32

# The keys without which nothing can be signed or opened again. The demonstration makes its own; production never does.
Key = Literal["session_key", "wrapping_key", "seal_key"]
KEYS: tuple[Key, ...] = ("session_key", "wrapping_key", "seal_key")


class Settings(NationalSettings):
    """What may differ from one installation to the next, and nothing else."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    mode: Literal["demo", "production"] = "demo"
    """Whether this is a demonstration with invented children, or production with real ones."""
    base_url: str = "http://127.0.0.1:8000"
    """The address people and partners use, without a slash at the end; production requires https."""
    host: str = "127.0.0.1"
    """The address the web server listens on."""
    port: int = Field(default=8000, ge=1, le=65535)
    """The port the web server listens on."""
    workers: int = Field(default=2, ge=1, le=64)
    """How many web server processes `pathway serve` starts."""
    trusted_proxies: str = "127.0.0.1"
    """The proxies, separated by commas, whose X-Forwarded-For header is believed."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least serious message that is written to the log."""

    data: Path = Path(".pathway")
    """The folder for everything kept on disk: the embedded database, its passwords and the demonstration's keys."""
    database_url: str | None = None
    """The database as the application signs in to it, without superuser or BYPASSRLS; unset means embedded."""
    owner_url: str | None = None
    """The database as the owner of its tables signs in to it, for migrations only; it needs CREATEROLE."""
    database_url_file: Path | None = None
    """The file with PATHWAY_DATABASE_URL in it, instead of that variable: its password stays out of the environment."""
    owner_url_file: Path | None = None
    """The file with PATHWAY_OWNER_URL in it, instead of that variable; only `pathway migrate` should be given it."""
    pool_min: int = Field(default=2, ge=0)
    """How many database connections each process keeps open."""
    pool_max: int = Field(default=8, ge=1)
    """How many database connections each process may open."""
    statement_timeout: float = Field(default=15.0, gt=0)
    """How many seconds one database statement may take before it is stopped."""

    session_key_file: Path | None = None
    """The file with the key that signs sessions and sign-in links."""
    wrapping_key_file: Path | None = None
    """The file with the key that wraps the key of each child; without it no letter or note can be read again."""
    seal_key_file: Path | None = None
    """The file with the key that signs the seals of the event ledger."""

    exchange_ods_code: str | None = None
    """The ODS code of the organisation in whose name partners' systems and national services are asked; live ones want it."""
    exchange_name: str = ""
    """The name of that organisation."""
    exchange_certificate_file: Path | None = None
    """The file with our TLS client certificate (PEM), for partners and national services that ask for one."""
    exchange_certificate_key_file: Path | None = None
    """The file with the private key of that certificate (PEM); unset where both are in one file."""
    exchange_authorities_file: Path | None = None
    """The file with the authorities that partners' certificates must come from (PEM); unset means those of the system."""
    platform_token_url: str = "https://api.service.nhs.uk/oauth2/token"  # noqa: S105 an address
    """The token endpoint of NHS England's API platform; a token is shown only to addresses of the same host."""
    platform_client_id: str | None = None
    """Our API key on that platform."""
    platform_key_file: Path | None = None
    """The file with the private RSA key that signs for that platform (PEM or JWK); unset means without a token."""
    platform_key_id: str | None = None
    """The kid under which the public part of that key is published; unset means the one in the file."""

    smtp_host: str | None = None
    """The mail server; unset means the family's own page in a demonstration, and elsewhere that messages wait for a person."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """The port of the mail server."""
    smtp_user: str | None = None
    """The name the mail server knows us by; unset means without signing in."""
    smtp_password_file: Path | None = None
    """The file with the password for the mail server."""
    smtp_from: str = "autism-pathway@localhost"
    """The address that e-mails come from, and that answers to them go to."""
    smtp_starttls: bool = True
    """Whether the connection to the mail server must be encrypted; turn off only for a server on this machine."""

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="before")
    @classmethod
    def _addresses_from_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        """An address holds a password, and a container is given its passwords as files."""
        for name in ("database_url", "owner_url"):
            file = given.get(f"{name}_file")
            if file and given.get(name):
                raise ValueError(
                    f"{_variable(name)} and {_variable(f'{name}_file')} are both set: keep one of them."
                )
            if file:
                given[name] = _read_secret(Path(file), f"{name}_file")
        return given

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.database_url is None and self.owner_url is not None:
            raise ValueError(
                "PATHWAY_OWNER_URL needs PATHWAY_DATABASE_URL beside it: set both to migrate a server."
            )
        if self.pool_min > self.pool_max:
            raise ValueError(
                "PATHWAY_POOL_MIN is larger than PATHWAY_POOL_MAX: lower the one or raise the other."
            )
        if self.mode == "production":
            self._fit_for_production()
        return self

    def _fit_for_production(self) -> None:
        if not self.base_url.startswith("https://"):
            raise ValueError("PATHWAY_BASE_URL must begin with https:// in production.")
        for key in KEYS:
            if getattr(self, f"{key}_file") is None:
                raise ValueError(
                    f"{_variable(f'{key}_file')} must name a file with a secret of its own in production."
                )
            if self.key(key).startswith(DEMO_MARK.encode()):
                raise ValueError(
                    f"{_variable(f'{key}_file')} holds the demonstration's secret: make a new one before production."
                )

    @cached_property
    def data_folder(self) -> Path:
        """The data folder in full, so that it stays the same when a process changes its working directory."""
        return self.data.expanduser().absolute()

    def key(self, name: Key) -> bytes:
        """One of our own keys. The demonstration makes it on first use; production must have been given it."""
        file = self.key_file(name)
        if getattr(self, f"{name}_file") is None:
            file = _demo_secret(file)
        key = _read_secret(file, f"{name}_file").encode()
        if len(key) < SHORTEST_SECRET:
            raise ValueError(
                f"{_variable(f'{name}_file')} holds fewer than {SHORTEST_SECRET} characters: make a longer one."
            )
        return key

    def key_file(self, name: Key) -> Path:
        """Where one of our own keys is, or will be."""
        given: Path | None = getattr(self, f"{name}_file")
        return given or self.data_folder / "secrets" / name

    def smtp_password(self) -> str | None:
        """The password for the mail server, if it wants one."""
        return (
            None
            if self.smtp_password_file is None
            else _read_secret(self.smtp_password_file, "smtp_password_file")
        )


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting as the reference page shows it."""

    name: str
    variable: str
    default: str
    sentence: str


def load(**overrides: Any) -> Settings:
    """The settings of this process, or one sentence that says what to change."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsRefused(" ".join(_sentence(problem) for problem in error.errors())) from None


def knobs() -> tuple[Knob, ...]:
    """Every setting, in the order of the class above, and then those of the national services."""
    return tuple(
        Knob(
            name=name,
            variable=_variable(name),
            default="" if field.default is None else str(field.default),
            sentence=field.description or "",
        )
        for name, field in sorted(
            Settings.model_fields.items(), key=lambda pair: pair[0] in NationalSettings.model_fields
        )
    )


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _sentence(problem: Mapping[str, Any]) -> str:
    """The rejected value is left out: it may be a password."""
    message = str(problem["msg"]).removeprefix("Value error, ").rstrip(".") + "."
    return f"{_variable(str(problem['loc'][0]))}: {message}" if problem["loc"] else message


def _read_secret(file: Path, name: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(
            f"{_variable(name)} names {file}, which cannot be read ({error.strerror})."
        ) from None


def _demo_secret(file: Path) -> Path:
    """Two processes may come here at once: the first to create the file wins, and both read what it wrote."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(DEMO_MARK + secrets.token_urlsafe(32), encoding="utf-8")
        try:
            file.hardlink_to(draft)
        except FileExistsError:
            return file
        finally:
            draft.unlink()
    return file
