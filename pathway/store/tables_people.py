"""Who there is: organisations, accounts, children, carers, and the links between them.

The schema itself is SQL (migrations/sql); a test holds these tables to it, column by column.
"""

from piccolo.columns import UUID, Array, BigInt, Boolean, Bytea, Date, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from pathway.store.piccolo_engine import ENGINE


class Organisation(Table, tablename="organisation", db=ENGINE):
    """A council, ICB, provider, school, GP practice or other body."""

    id = Integer(primary_key=True, default=None)
    kind = Text()
    name = Text()
    ods_code = Text(null=True, default=None)
    urn = Text(null=True, default=None)
    restricted_place = Boolean()
    active = Boolean()


class PathwayRoute(Table, tablename="pathway_route", db=ENGINE):
    """Where new episodes of a pathway go."""

    pathway = Text(primary_key=True, default=None)
    provider_id = Integer()
    council_id = Integer()
    dos_service_id = Text(null=True, default=None)


class Account(Table, tablename="account", db=ENGINE):
    """Someone, or a program, who may sign in."""

    id = Integer(primary_key=True, default=None)
    login = Text()
    name = Text()
    role = Text()
    organisation_id = Integer(null=True, default=None)
    persona = Text(null=True, default=None)
    email = Text(null=True, default=None)
    token_sha256 = Bytea(null=True, default=None)
    active = Boolean()
    made_at = Timestamptz()


class Session(Table, tablename="session", db=ENGINE):
    """A sign-in that still runs."""

    token_sha256 = Bytea(primary_key=True, default=None)
    account_id = Integer()
    csrf = Text()
    made_at = Timestamptz()
    last_seen = Timestamptz()
    until = Timestamptz()


class Child(Table, tablename="child", db=ENGINE):
    """A child; identity stays here and out of the facts."""

    id = UUID(primary_key=True, default=None)
    nhs_number = Varchar(length=10, null=True, default=None)
    upn = Text(null=True, default=None)
    first_name = Text()
    family_name = Text()
    first_norm = Text()
    family_norm = Text()
    birth_date = Date()
    sex = Text()
    pronouns = Text(null=True, default=None)
    language = Text()
    interpreter = Boolean()
    looked_after = Boolean()
    restricted = Boolean()
    safe_contact = Text(null=True, default=None)
    died_on = Date(null=True, default=None)
    sealed_at = Timestamptz(null=True, default=None)
    merged_into = UUID(null=True, default=None)
    import_id = Integer(null=True, default=None)
    version = Integer()
    made_at = Timestamptz()
    number_status = Varchar(length=2)
    changed_at = Timestamptz()
    messages_held_since = Timestamptz(null=True, default=None)


class ChildAddress(Table, tablename="child_address", db=ENGINE):
    """Where a child lives, apart from the child."""

    child_id = UUID(primary_key=True, default=None)
    lines = Array(base_column=Text())
    postcode = Text()


class ChildPast(Table, tablename="child_past", db=ENGINE):
    """A child's details before a change, under the child's key."""

    id = BigInt(primary_key=True, default=None)
    child_id = UUID()
    changed_at = Timestamptz()
    account_id = Integer()
    secret = Bytea()


class ChildKey(Table, tablename="child_key", db=ENGINE):
    """The child's key, wrapped by the area's."""

    child_id = UUID(primary_key=True, default=None)
    wrapped = Bytea(null=True, default=None)
    made_at = Timestamptz()
    destroyed_at = Timestamptz(null=True, default=None)


class Carer(Table, tablename="carer", db=ENGINE):
    """A parent or carer, and how to reach them."""

    id = UUID(primary_key=True, default=None)
    account_id = Integer(null=True, default=None)
    name = Text()
    email = Text(null=True, default=None)
    phone = Text(null=True, default=None)
    channel = Text()
    language = Text()
    needs = Array(base_column=Text())


class Guardian(Table, tablename="guardian", db=ENGINE):
    """What a carer is to a child, and whether they may be told."""

    child_id = UUID(primary_key=True, default=None)
    carer_id = UUID()
    account_id = Integer(null=True, default=None)
    relationship = Text()
    parental_responsibility = Boolean()
    may_be_told = Boolean()
    active = Boolean()
    since = Timestamptz()
    delegated = Array(base_column=Text(), null=True, default=None)
    professional = Boolean()
    lawful_basis = Text(null=True, default=None)


class LookedAfter(Table, tablename="looked_after", db=ENGINE):
    """How a child is looked after."""

    child_id = UUID(primary_key=True, default=None)
    legal_status = Text()
    since = Date()
    social_worker_id = UUID()
    virtual_school_id = UUID(null=True, default=None)
    placing_council_id = Integer(null=True, default=None)
    placing_icb_id = Integer(null=True, default=None)
    changed_at = Timestamptz()


class WhoIsTold(Table, tablename="who_is_told", db=ENGINE):
    """What a young person decided about who is told, and from when it holds."""

    id = UUID(primary_key=True, default=None)
    child_id = UUID()
    account_id = Integer()
    decision = Text()
    basis = Text()
    decided_on = Date()
    from_on = Date()
    carers = Array(base_column=UUID())
    at = Timestamptz()
    taken_up_at = Timestamptz(null=True, default=None)


class MatchProposal(Table, tablename="match_proposal", db=ENGINE):
    """Two records that may be one child, for a person to decide."""

    id = UUID(primary_key=True, default=None)
    child_id = UUID()
    candidate_id = UUID()
    agreeing = Array(base_column=Text())
    possible_twin = Boolean()
    made_at = Timestamptz()
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Integer(null=True, default=None)
    decision = Text(null=True, default=None)


class Merge(Table, tablename="merge", db=ENGINE):
    """Two records that a person joined."""

    id = UUID(primary_key=True, default=None)
    from_child = UUID()
    into_child = UUID()
    episodes = Array(base_column=UUID())
    carers_linked = Array(base_column=UUID())
    carers_unlinked = Array(base_column=UUID())
    took = Array(base_column=Text())
    account_id = Integer()
    merged_at = Timestamptz()
    undone_at = Timestamptz(null=True, default=None)
    undone_by = Integer(null=True, default=None)


class BreakGlass(Table, tablename="break_glass", db=ENGINE):
    """A record opened without the usual right, with its reason under the child's key."""

    id = UUID(primary_key=True, default=None)
    account_id = Integer()
    child_id = UUID()
    why = Text()
    secret = Bytea()
    since = Timestamptz()
    until = Timestamptz()
    tell_from = Timestamptz()


class BreakGlassReview(Table, tablename="break_glass_review", db=ENGINE):
    """What information governance thought of an opening."""

    id = UUID(primary_key=True, default=None)
    opening_id = UUID()
    account_id = Integer()
    decision = Text()
    secret = Bytea()
    at = Timestamptz()


class BreakGlassTelling(Table, tablename="break_glass_telling", db=ENGINE):
    """A decision on when the family is told of an opening."""

    id = UUID(primary_key=True, default=None)
    opening_id = UUID()
    account_id = Integer()
    tell_from = Timestamptz()
    secret = Bytea()
    at = Timestamptz()
