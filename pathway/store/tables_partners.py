"""Who may speak FHIR to us: partners' systems, the tokens they hold, the assertions they have used.

The schema itself is SQL (migrations/sql/0009_partners.sql); a test holds these tables to it, column by column.
"""

from piccolo.columns import JSONB, Array, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from pathway.store.piccolo_engine import ENGINE


class Partner(Table, tablename="partner", db=ENGINE):
    """A partner's system: its account, its public keys, what it may do, and how we reach it."""

    id = Integer(primary_key=True, default=None)
    account_id = Integer()
    name = Text()
    client_id = Text()
    jwks_url = Text(null=True, default=None)
    jwks = JSONB(null=True, default=None)
    scopes = Array(base_column=Text())
    ods_code = Text(null=True, default=None)
    target_identifier = Text(null=True, default=None)
    endpoint = Text(null=True, default=None)
    mode = Text()
    strict = Boolean()
    active = Boolean()
    made_at = Timestamptz()
    last_in_at = Timestamptz(null=True, default=None)
    last_out_at = Timestamptz(null=True, default=None)
    wants = Array(base_column=Text())


class PartnerToken(Table, tablename="partner_token", db=ENGINE):
    """A token that a partner was given."""

    token_sha256 = Bytea(primary_key=True, default=None)
    partner_id = Integer()
    scopes = Array(base_column=Text())
    until = Timestamptz()


class PartnerAssertion(Table, tablename="partner_assertion", db=ENGINE):
    """A signed assertion that was used."""

    partner_id = Integer(primary_key=True, default=None)
    jti = Text()
    until = Timestamptz()
