"""Facts, what follows from them, and the limits they are measured against.

The schema itself is SQL (migrations/sql); a test holds these tables to it, column by column.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    Boolean,
    Bytea,
    Date,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from pathway.store.piccolo_engine import ENGINE


class StoredDefinition(Table, tablename="definition", db=ENGINE):
    """One version of a pathway, by the digest of its text."""

    digest = Text(primary_key=True, default=None)
    key = Text()
    version = Integer()
    title = Text()
    source = Text()
    stored_at = Timestamptz()


class Episode(Table, tablename="episode", db=ENGINE):
    """One child on one pathway, as the facts have it."""

    id = UUID(primary_key=True, default=None)
    child_id = UUID()
    key_child = UUID(null=True, default=None)
    pathway = Text()
    definition = Text()
    version = Integer()
    stage = Text()
    stage_since = Date()
    family_stage = Text()
    school_stage = Text()
    council_stage = Text()
    referrer_stage = Text()
    opened_on = Date()
    started_on = Date()
    closed_on = Date(null=True, default=None)
    closure = Text()
    outcome = Text()
    outcome_told_on = Date(null=True, default=None)
    shared_with = Array(base_column=Text())
    side_states = Array(base_column=Text())
    messages_stopped = Boolean()
    holder_slot = Text()
    holder_id = Integer(null=True, default=None)
    referrer_id = Integer(null=True, default=None)
    provider_id = Integer(null=True, default=None)
    school_id = Integer(null=True, default=None)
    council_id = Integer(null=True, default=None)
    hidden_from_school = Boolean()
    hidden_from_referrer = Boolean()
    council_basis = Boolean()
    council_runs = Boolean()
    coordinator_id = Integer(null=True, default=None)
    next_step = Text(null=True, default=None)
    next_role = Text(null=True, default=None)
    planned_for = Date(null=True, default=None)
    plan_by_person = Boolean()
    hand_over_slot = Text(null=True, default=None)
    hand_over_to = Integer(null=True, default=None)
    family_reached_on = Date(null=True, default=None)
    silent = Boolean()
    import_id = Integer(null=True, default=None)
    projected_on = Date()
    last_sequence = BigInt()
    partners_stage = Text()
    told_version = Integer()
    told_sequence = BigInt()
    told_at = Timestamptz()
    messages_refused = Boolean()


class Event(Table, tablename="event", db=ENGINE):
    """A fact; never changed."""

    sequence = BigInt(primary_key=True, default=None)
    id = UUID()
    episode_id = UUID()
    kind = Text()
    happened_on = Date()
    recorded_at = Timestamptz()
    xid = Text()
    account_id = Integer()
    role = Text()
    organisation_id = Integer()
    door = Text()
    request_id = UUID()
    definition = Text()
    fields = JSONB()
    secret = Bytea(null=True, default=None)
    target = UUID(null=True, default=None)


class Clock(Table, tablename="clock", db=ENGINE):
    """One instance of a clock, while it was known so."""

    id = BigInt(primary_key=True, default=None)
    episode_id = UUID()
    pathway = Text()
    clock = Text()
    instance = SmallInt()
    start_event = UUID()
    state = Text()
    started_on = Date()
    counts_from = Date()
    finished_on = Date(null=True, default=None)
    finish_event = UUID(null=True, default=None)
    field_value = Text()
    due_on = Date()
    due_soon_on = Date(null=True, default=None)
    late_from = Date(null=True, default=None)
    locked_due_on = Date(null=True, default=None)
    threshold_id = Integer()
    status = Text()
    excused = Boolean()
    next_crossing_on = Date(null=True, default=None)
    provider_id = Integer(null=True, default=None)
    council_id = Integer(null=True, default=None)
    school_id = Integer(null=True, default=None)
    council_runs = Boolean()
    known_from = Timestamptz()
    known_to = Timestamptz(null=True, default=None)
    from_sequence = BigInt()
    to_sequence = BigInt(null=True, default=None)
    known_to_month = Integer(null=True, default=None)


class Task(Table, tablename="task", db=ENGINE):
    """Parallel work inside a stage."""

    episode_id = UUID(primary_key=True, default=None)
    key = Text()
    opened_on = Date()
    due_on = Date()
    owner_slot = Text()
    owner_id = Integer(null=True, default=None)
    role = Text()
    done_on = Date(null=True, default=None)
    fell_away_on = Date(null=True, default=None)


class Request(Table, tablename="request", db=ENGINE):
    """An action that was asked for, and its answer."""

    account_id = Integer(primary_key=True, default=None)
    request_id = UUID()
    action = Text()
    digest = Bytea()
    answer = JSONB(null=True, default=None)
    at = Timestamptz()


class Caseload(Table, tablename="caseload", db=ENGINE):
    """Whose list an episode is on by name."""

    account_id = Integer(primary_key=True, default=None)
    episode_id = UUID()
    since = Timestamptz()


class Threshold(Table, tablename="threshold", db=ENGINE):
    """A version of a limit, drafted or agreed."""

    id = Integer(primary_key=True, default=None)
    pathway = Text()
    clock = Text()
    limit_text = Text()
    due_soon_text = Text(null=True, default=None)
    applies = Text()
    effective_from = Date()
    source = Text()
    needs = Array(base_column=Text())
    drafted_by = Integer()
    drafted_for = Integer()
    drafted_at = Timestamptz()
    agreed_at = Timestamptz(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    re_dated_to = UUID(null=True, default=None)
    re_dated_at = Timestamptz(null=True, default=None)


class ThresholdSignature(Table, tablename="threshold_signature", db=ENGINE):
    """A partner that agreed."""

    threshold_id = Integer(primary_key=True, default=None)
    kind = Text()
    organisation_id = Integer()
    account_id = Integer()
    signed_at = Timestamptz()


class Crossing(Table, tablename="crossing", db=ENGINE):
    """A grade that a clock entered, noticed once."""

    id = BigInt(primary_key=True, default=None)
    episode_id = UUID()
    pathway = Text()
    clock = Text()
    start_event = UUID()
    counts_from = Date()
    grade = Text()
    reached_on = Date()
    due_on = Date()
    threshold_id = Integer()
    provider_id = Integer(null=True, default=None)
    council_id = Integer(null=True, default=None)
    noticed_at = Timestamptz()
    closed_on = Date(null=True, default=None)


class Acknowledgement(Table, tablename="acknowledgement", db=ENGINE):
    """What a lead said of a breach."""

    id = BigInt(primary_key=True, default=None)
    crossing_id = BigInt()
    cohort = UUID()
    reason = Text()
    action = Text()
    account_id = Integer()
    organisation_id = Integer()
    role = Text()
    at = Timestamptz()
