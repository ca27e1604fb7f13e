-- What leaves for partners' systems: which messages each wants, every message with its bytes, and how each destination is.

ALTER TABLE partner ADD COLUMN wants text[] NOT NULL DEFAULT '{}'
                    CHECK (wants <@ ARRAY['stage', 'end', 'step', 'correction']);

-- A row of the outbox whose topic is `partner_message`. Its id is the X-Request-ID, its number the order in which a destination
-- gets its messages: facts of one episode are numbered under the lock of the episode.
-- `basis` is why this partner may be told (docs/rules.md 11).
-- `secret` is the message itself, made once and sent byte for byte; readable with the child's key, so that sealing closes it.
CREATE TABLE partner_message (
    id uuid PRIMARY KEY REFERENCES outbox,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    partner_id int NOT NULL REFERENCES partner,
    basis text NOT NULL,
    correlation_id uuid NOT NULL,
    secret bytea,
    status smallint,
    not_before timestamptz,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at timestamptz
);
CREATE INDEX partner_message_order ON partner_message (partner_id, number) WHERE sent_at IS NULL;

-- Where we send to: whether it answers, and who is sending to it.
CREATE TABLE destination (
    name text PRIMARY KEY,
    failures int NOT NULL DEFAULT 0,
    open_until timestamptz,
    trial_until timestamptz,
    lease uuid,
    leased_until timestamptz
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['partner_message', 'destination'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker ON %I TO r_worker USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;
CREATE POLICY writer ON partner_message TO pathway_writer USING (true) WITH CHECK (true);
CREATE POLICY exported ON destination FOR SELECT TO pathway_writer USING (true);
GRANT SELECT, INSERT ON partner_message TO pathway_writer;
GRANT SELECT ON destination TO pathway_writer;
GRANT SELECT, UPDATE (secret, status, not_before, sent_at) ON partner_message TO r_worker;
GRANT SELECT, INSERT, UPDATE ON destination TO r_worker;

-- Whoever sees a held message in the outbox sees for whom it is; nobody but the worker reads the message.
CREATE POLICY as_in_the_outbox ON partner_message FOR SELECT TO r_clinician, r_lead, r_officer, r_privacy
    USING (EXISTS (SELECT FROM outbox o WHERE o.id = partner_message.id));
GRANT SELECT (id, number, partner_id, basis, status, not_before, made_at, sent_at) ON partner_message
    TO r_clinician, r_lead, r_officer, r_privacy;
CREATE POLICY names ON partner FOR SELECT TO r_clinician, r_lead, r_officer, r_privacy USING (true);
GRANT SELECT (id, name) ON partner TO r_clinician, r_lead, r_officer, r_privacy;
