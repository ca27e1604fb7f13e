"""The area's organisations, as every resource names them: kept in the process for a minute, for they hardly change."""

from collections.abc import Mapping
from time import monotonic
from typing import Final
from weakref import WeakKeyDictionary

from pathway.domain.told import OrganisationTold
from pathway.store.engine import Database, Tx
from pathway.store.exchange_rows import all_organisations

_KEPT_FOR: Final = 60.0
_kept: WeakKeyDictionary[Database, tuple[float, Mapping[int, OrganisationTold]]] = WeakKeyDictionary()


async def organisations(
    database: Database, tx: Tx, wanted: frozenset[int] = frozenset()
) -> Mapping[int, OrganisationTold]:
    """Every organisation by number; read again where one of `wanted` is not among those that are kept."""
    at, known = _kept.get(database, (0.0, {}))
    if not known or monotonic() - at > _KEPT_FOR or not wanted <= known.keys():
        rows = await all_organisations(tx)
        known = {
            key: OrganisationTold(row.id, row.kind, row.name, row.ods_code, row.urn)
            for key, row in rows.items()
        }
        _kept[database] = (monotonic(), known)
    return known
