"""What the exchange with partners' systems keeps: who registered a child, what was received, and by which name a
sender knows a referral.

The schema itself is SQL (migrations/sql); a test holds these tables to it, column by column.
"""

from piccolo.columns import JSONB, UUID, Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from pathway.store.piccolo_engine import ENGINE


class ChildPartner(Table, tablename="child_partner", db=ENGINE):
    """A child whom a partner's system made known to us, and which organisation's system it was."""

    child_id = UUID(primary_key=True, default=None)
    organisation_id = Integer()
    since = Timestamptz()


class Received(Table, tablename="received", db=ENGINE):
    """A message as it came in, and what was answered."""

    id = UUID(primary_key=True, default=None)
    account_id = Integer()
    request_id = UUID()
    correlation_id = UUID()
    kind = Text()
    digest = Bytea()
    state = Text()
    child_id = UUID(null=True, default=None)
    secret = Bytea(null=True, default=None)
    held = Bytea(null=True, default=None)
    status = SmallInt(null=True, default=None)
    answer = Bytea(null=True, default=None)
    at = Timestamptz()
    finished_at = Timestamptz(null=True, default=None)
    message_id = Text(null=True, default=None)
    headers = JSONB(null=True, default=None)


class OutsideIdentifier(Table, tablename="outside_identifier", db=ENGINE):
    """An identifier by which one sender knows a referral."""

    account_id = Integer(primary_key=True, default=None)
    system = Text()
    value = Text()
    episode_id = UUID(null=True, default=None)
