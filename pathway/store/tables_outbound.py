"""What leaves for partners' systems: each message, and how each destination is.

The schema itself is SQL (migrations/sql); a test holds these tables to it, column by column.
"""

from piccolo.columns import UUID, BigInt, Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from pathway.store.piccolo_engine import ENGINE


class PartnerMessage(Table, tablename="partner_message", db=ENGINE):
    """A message to one partner's system: its place in the order, its ids, and its bytes, made once."""

    id = UUID(primary_key=True, default=None)
    number = BigInt()
    partner_id = Integer()
    basis = Text()
    correlation_id = UUID()
    secret = Bytea(null=True, default=None)
    status = SmallInt(null=True, default=None)
    not_before = Timestamptz(null=True, default=None)
    made_at = Timestamptz()
    sent_at = Timestamptz(null=True, default=None)


class Destination(Table, tablename="destination", db=ENGINE):
    """Where we send to: whether it answers, and which worker is sending to it."""

    name = Text(primary_key=True, default=None)
    failures = Integer()
    open_until = Timestamptz(null=True, default=None)
    trial_until = Timestamptz(null=True, default=None)
    lease = UUID(null=True, default=None)
    leased_until = Timestamptz(null=True, default=None)
