"""fhirstarter on PostgreSQL, for comparison: run by `bench/fhir_peers.py` in a virtual environment of its own.

The handlers are ours, as short as they can be and no shorter: read by key, insert, ten newest. No token, no log, no rights.
"""

import os
from typing import Any
from uuid import uuid4

import asyncpg
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.patient import Patient
from fhirstarter import FHIRProvider, FHIRStarter, InteractionContext
from fhirstarter.exceptions import FHIRResourceNotFoundError

app = FHIRStarter()
provider = FHIRProvider()
_pools: list[Any] = []


async def _pool() -> Any:
    if not _pools:
        made = await asyncpg.create_pool(os.environ["PEER_DSN"], min_size=2, max_size=8)
        _pools.append(made)
    return _pools[0]


@provider.read(Patient)
async def read(context: InteractionContext, id_: str) -> Patient:
    row = await (await _pool()).fetchrow("SELECT doc FROM peer_patient WHERE id = $1", id_)
    if row is None:
        raise FHIRResourceNotFoundError
    return Patient.model_validate_json(row["doc"])


@provider.create(Patient)
async def create(context: InteractionContext, resource: Patient) -> str:
    resource.id = str(uuid4())
    sql = "INSERT INTO peer_patient (id, family, doc) VALUES ($1, $2, $3)"
    await (await _pool()).execute(sql, resource.id, resource.name[0].family, resource.model_dump_json())
    return str(resource.id)


@provider.search_type(Patient)
async def search(context: InteractionContext, family: str | None = None) -> Bundle:
    rows = await (await _pool()).fetch("SELECT doc FROM peer_patient ORDER BY id LIMIT 10")
    entries = [{"resource": Patient.model_validate_json(row["doc"])} for row in rows]
    return Bundle(type="searchset", entry=entries)


app.add_providers(provider)
