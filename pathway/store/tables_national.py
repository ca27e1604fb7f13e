"""What national services told us: traces, doubts, signals, adjustments, proposals.

The schema itself is SQL (migrations/sql); a test holds these tables to it, column by column.
"""

from piccolo.columns import UUID, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from pathway.store.piccolo_engine import ENGINE


class ChildTrace(Table, tablename="child_trace", db=ENGINE):
    """When the Personal Demographics Service was asked about a child, and what came of it."""

    child_id = UUID(primary_key=True, default=None)
    request_id = UUID(null=True, default=None)
    asked_at = Timestamptz(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    outcome = Text()
    wanted = Boolean()


class Doubt(Table, tablename="doubt", db=ENGINE):
    """What a national record says otherwise than ours, until a person has decided."""

    id = UUID(primary_key=True, default=None)
    child_id = UUID()
    source = Text()
    kind = Text()
    about = Text()
    secret = Bytea(null=True, default=None)
    made_at = Timestamptz()
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Integer(null=True, default=None)
    decision = Text(null=True, default=None)


class Signal(Table, tablename="signal", db=ENGINE):
    """A signal of the Multicast Notification Service that was taken in."""

    id = Text(primary_key=True, default=None)
    event_type = Text()
    happened_at = Timestamptz(null=True, default=None)
    child_id = UUID(null=True, default=None)
    taken_at = Timestamptz()


class ChildAdjustment(Table, tablename="child_adjustment", db=ENGINE):
    """Reasonable adjustments as the national record has them, encrypted."""

    child_id = UUID(primary_key=True, default=None)
    secret = Bytea(null=True, default=None)
    version_id = Text()
    read_at = Timestamptz()
    wanted = Boolean()


class OrganisationProposal(Table, tablename="organisation_proposal", db=ENGINE):
    """An organisation that this area does not have, for a person to add."""

    ods_code = Text(primary_key=True, default=None)
    name = Text()
    kind = Text()
    state = Text()
    made_at = Timestamptz()
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Integer(null=True, default=None)
