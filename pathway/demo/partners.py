"""Partners' systems of the demonstration, with their keys beside the database: what a partner would keep to itself lies here too.

Each has `CLIENT.private.json` (its private key) and `CLIENT.jwks.json` (what is registered) in the folder `partners`.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

from pathway.demo.county import COUNCIL, COUNTY_TEAM, ICB
from pathway.domain.roles import Role
from pathway.store import partners
from pathway.store.engine import Database
from pathway.store.partners import Registration
from pathway_fhir.access.key_pairs import make_key_pair, public_set, read_private

_SURGERY: Final = 301

SYSTEMS: Final = (
    Registration(
        "Moorshire Trust patient system", "trust-pas", Role.PROVIDER_SYSTEM, COUNTY_TEAM, ("system/*.cruds",),
        ods_code=f"ZMP{COUNTY_TEAM:02}", mode="stub", wants=("stage", "end", "step"),
    ),
    Registration(
        "Market Street Surgery system", "gp-system", Role.PARTNER, _SURGERY,
        ("system/*.rs", "system/Patient.cu", "system/ServiceRequest.cu"), ods_code="Z99001", mode="stub", strict=False,
        wants=("stage", "end"),
    ),
    Registration(
        "Council case system", "council-cases", Role.PARTNER, COUNCIL,
        ("system/*.rs", "system/QuestionnaireResponse.c", "system/ServiceRequest.c"), ods_code="ZMC01", mode="stub",
        wants=("stage", "end"),
    ),
    Registration(
        "ICB data platform", "icb-data", Role.PARTNER, ICB, ("system/MeasureReport.rs",), ods_code="ZMI", mode="stub",
    ),
)  # fmt: skip
"""A trust's patient system, a surgery's, the council's case system, and a data platform that reads figures only."""


async def register_systems(database: Database, data_folder: Path) -> None:
    """Register each with a key pair that is made now, or was made before in this folder."""
    folder = data_folder / "partners"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for system in SYSTEMS:
        private = folder / f"{system.client_id}.private.json"
        if not private.exists():
            private.touch(mode=0o600)
            private.write_text(json.dumps(make_key_pair().as_dict(private=True)), encoding="utf-8")
        keys = public_set(read_private(private))
        (folder / f"{system.client_id}.jwks.json").write_text(json.dumps(keys), encoding="utf-8")
        await partners.add(database, replace(system, jwks=keys))
