"""Counts for whoever runs the service; none of them says anything about one child."""

from datetime import date

from pathway.store.engine import Tx

_HEALTH = """
SELECT (SELECT count(*) FROM episode WHERE closed_on IS NULL) AS pathway_open_episodes,
       (SELECT count(*) FROM clock WHERE known_to IS NULL AND state = 'running' AND late_from <= $1)
           AS pathway_breached_clocks,
       (SELECT count(*) FROM outbox WHERE state = 'waiting') AS pathway_outbox_waiting,
       (SELECT count(*) FROM outbox WHERE state = 'held') AS pathway_outbox_held,
       (SELECT count(*) FROM episode WHERE closed_on IS NULL AND (next_step IS NULL OR planned_for IS NULL))
           AS pathway_episodes_without_next_step,
       (SELECT coalesce(extract(epoch FROM clock_timestamp() - max(at)), -1)::int FROM heartbeat)
           AS pathway_worker_silence_seconds"""


async def health_figures(tx: Tx, today: date) -> dict[str, int]:
    """The figures of /metrics on a day, by name; `tx` acts as the worker."""
    row = await tx.fetchrow(_HEALTH, today)
    return {} if row is None else {name: int(value) for name, value in row.items()}
