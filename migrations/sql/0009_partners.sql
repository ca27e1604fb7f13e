-- Who may speak FHIR to us: each partner's system with its account, its public keys, what it may do, and how we reach it.
CREATE TABLE partner (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id int NOT NULL UNIQUE REFERENCES account,
    name text NOT NULL,
    client_id text NOT NULL UNIQUE,
    jwks_url text,
    jwks jsonb,
    scopes text[] NOT NULL,
    ods_code text,
    target_identifier text,
    endpoint text,
    mode text NOT NULL DEFAULT 'off' CHECK (mode IN ('off', 'stub', 'sandbox', 'int', 'live')),
    strict boolean NOT NULL DEFAULT true,
    active boolean NOT NULL DEFAULT true,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_in_at timestamptz,
    last_out_at timestamptz,
    CONSTRAINT keys_from_one_place CHECK ((jwks_url IS NULL) <> (jwks IS NULL))
);

-- A token that a partner was given: only its digest, and for minutes.
CREATE TABLE partner_token (
    token_sha256 bytea PRIMARY KEY,
    partner_id int NOT NULL REFERENCES partner,
    scopes text[] NOT NULL,
    until timestamptz NOT NULL
);
CREATE INDEX partner_token_partner ON partner_token (partner_id);
CREATE INDEX partner_token_until ON partner_token (until);

-- A signed assertion that was used: the same one is never taken twice, by whichever process it comes in.
CREATE TABLE partner_assertion (
    partner_id int NOT NULL REFERENCES partner,
    jti text NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (partner_id, jti)
);
CREATE INDEX partner_assertion_until ON partner_assertion (until);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['partner', 'partner_token', 'partner_assertion'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY writer ON %I TO pathway_writer USING (true) WITH CHECK (true)', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO pathway_writer', t);
        EXECUTE format('CREATE POLICY worker ON %I TO r_worker USING (true)', t);
    END LOOP;
END $$;
GRANT UPDATE ON partner TO pathway_writer;
GRANT DELETE ON partner_token TO pathway_writer;
-- The worker sends to partners, and clears away what has run out.
GRANT SELECT, UPDATE (last_out_at) ON partner TO r_worker;
GRANT SELECT (until), DELETE ON partner_token, partner_assertion TO r_worker;

-- What a partner's system reaches: what its organisation holds, has a basis for, referred or teaches, as pathway.domain.reach
-- says. A provider's clinical system reaches what the provider holds, and nothing else.
CREATE FUNCTION app_holds_only() RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM account a WHERE a.id = app_account() AND a.role = 'provider_system');
DROP POLICY partner ON episode;
CREATE POLICY partner ON episode FOR SELECT TO r_partner USING (
    provider_id = (SELECT app_org())
    OR (council_id = (SELECT app_org()) AND council_basis AND NOT (SELECT app_holds_only()))
    OR (school_id = (SELECT app_org()) AND NOT hidden_from_school AND NOT (SELECT app_holds_only()))
    OR (referrer_id = (SELECT app_org()) AND NOT hidden_from_referrer AND NOT (SELECT app_holds_only())));
GRANT SELECT (referrer_id, referrer_stage, school_stage, hidden_from_referrer) ON episode TO r_partner;
