"""What leaves, what was looked at, what is sealed, and what came in from a file.

The schema itself is SQL (migrations/sql); a test holds these tables to it, column by column.
"""

from piccolo.columns import JSONB, UUID, Array, BigInt, Boolean, Bytea, Date, Integer, Text, Timestamptz
from piccolo.table import Table

from pathway.store.piccolo_engine import ENGINE


class AccessLog(Table, tablename="access_log", db=ENGINE):
    """Who looked at whom, and why."""

    id = BigInt(primary_key=True, default=None)
    at = Timestamptz()
    account_id = Integer()
    role = Text()
    organisation_id = Integer()
    door = Text()
    action = Text()
    purpose = Text()
    children = Array(base_column=UUID())
    request_id = UUID(null=True, default=None)
    opening_id = UUID(null=True, default=None)


class Demonstration(Table, tablename="demonstration", db=ENGINE):
    """That this database holds the demonstration, and which one."""

    one = Boolean(primary_key=True, default=None)
    size = Text()
    seed = BigInt()
    today = Date()
    seeded_at = Timestamptz()


class Heartbeat(Table, tablename="heartbeat", db=ENGINE):
    """When a worker last said that it lives."""

    worker = Text(primary_key=True, default=None)
    at = Timestamptz()
    detail = Text()


class ImportBatch(Table, tablename="import_batch", db=ENGINE):
    """A list that was imported."""

    id = Integer(primary_key=True, default=None)
    source = Text()
    digest = Bytea()
    pathway = Text()
    organisation_id = Integer()
    account_id = Integer()
    state = Text()
    made_at = Timestamptz()
    loaded_at = Timestamptz(null=True, default=None)
    released_at = Timestamptz(null=True, default=None)
    undone_at = Timestamptz(null=True, default=None)
    counts = JSONB()


class ImportRow(Table, tablename="import_row", db=ENGINE):
    """One row of an imported list."""

    batch_id = Integer(primary_key=True, default=None)
    row = Integer()
    state = Text()
    reference = Text()
    child_id = UUID(null=True, default=None)
    episode_id = UUID(null=True, default=None)
    errors = Array(base_column=Text())
    secret = Bytea(null=True, default=None)


class Ledger(Table, tablename="ledger", db=ENGINE):
    """The place of a fact in the order of commits."""

    position = BigInt(primary_key=True, default=None)
    sequence = BigInt()
    numbered_at = Timestamptz()


class Message(Table, tablename="message", db=ENGINE):
    """The text that was sent to a carer."""

    id = UUID(primary_key=True, default=None)
    outbox_id = UUID()
    child_id = UUID()
    episode_id = UUID()
    carer_id = UUID()
    channel = Text()
    language = Text()
    template = Text()
    template_version = Text()
    secret = Bytea()
    state = Text()
    made_at = Timestamptz()
    delivered_at = Timestamptz(null=True, default=None)


class Outbox(Table, tablename="outbox", db=ENGINE):
    """What must leave."""

    id = UUID(primary_key=True, default=None)
    topic = Text()
    template = Text()
    episode_id = UUID()
    child_id = UUID()
    event_id = UUID(null=True, default=None)
    state = Text()
    attempts = Integer()
    last_error = Text(null=True, default=None)
    made_at = Timestamptz()
    changed_at = Timestamptz()
    secret = Bytea(null=True, default=None)


class RateLimit(Table, tablename="rate_limit", db=ENGINE):
    """How often something was tried."""

    key = Text(primary_key=True, default=None)
    tat = Timestamptz()


class ReferralDraft(Table, tablename="referral_draft", db=ENGINE):
    """A referral that is not sent yet."""

    id = UUID(primary_key=True, default=None)
    account_id = Integer()
    organisation_id = Integer()
    pathway = Text()
    version = Integer()
    secret = Bytea(null=True, default=None)
    reference = Text(null=True, default=None)
    being_checked = Boolean()
    made_at = Timestamptz()
    changed_at = Timestamptz()
    sent_at = Timestamptz(null=True, default=None)


class Seal(Table, tablename="seal", db=ENGINE):
    """A signed batch of the ledger or the access log."""

    n = BigInt(primary_key=True, default=None)
    log = Text()
    first = BigInt()
    last = BigInt()
    rows = Integer()
    root = Bytea()
    previous = Bytea()
    hash = Bytea()
    signature = Bytea()
    at = Timestamptz()
