"""The knobs of the national services: how far each is in earnest, where it is, and the mailbox that signals come to."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

Mode = Literal["off", "stub", "sandbox", "int", "live"]


class NationalSettings(BaseSettings):
    """`stub` answers in this process with invented people; `sandbox` is NHS England's own, or one at the address that is set."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True)

    pds_mode: Mode = "off"
    """How far in earnest NHS numbers are traced in the Personal Demographics Service."""
    pds_url: str | None = None
    """The address of the Personal Demographics Service, where it is not NHS England's own for this mode."""
    mns_mode: Mode = "off"
    """How far in earnest signals of changes are subscribed to at the Multicast Notification Service, and read from the mailbox."""
    mns_url: str | None = None
    """The address of the Multicast Notification Service, where it is not NHS England's own for this mode."""
    mesh_url: str | None = None
    """The address of MESH, where it is not NHS England's own for the mode of the signals; a sandbox must be named."""
    mesh_mailbox: str | None = None
    """Our mailbox at MESH, to which signals come."""
    mesh_password_file: Path | None = None
    """The file with the password of that mailbox."""
    mesh_shared_key_file: Path | None = None
    """The file with the key that NHS England gives for the environment of MESH."""
    vrs_mode: Mode = "off"
    """How far in earnest proxy roles are read from the Validated Relationships Service."""
    vrs_url: str | None = None
    """The address of the Validated Relationships Service, where it is not NHS England's own for this mode."""
    flags_mode: Mode = "off"
    """How far in earnest reasonable adjustments are read from Patient Flags and sent there."""
    flags_url: str | None = None
    """The address of Patient Flags, where it is not NHS England's own for this mode."""
    ods_mode: Mode = "off"
    """How far in earnest organisations are looked up in the Organisation Data Service, which is open to everybody."""
    ods_url: str | None = None
    """The address of the Organisation Data Service, where it is not NHS England's own for this mode."""
    ers_mode: Mode = "off"
    """How far in earnest referrals for review are read from the e-Referral Service."""
    ers_user: str | None = None
    """The user of the e-Referral Service on whose behalf referrals are read."""
    ers_url: str | None = None
    """The address of the e-Referral Service, where it is not NHS England's own for this mode."""
