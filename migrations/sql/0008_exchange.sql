-- What the exchange with partners' systems needs beside the record itself: how far an episode is told to partners, which
-- organisation registered a child, and every message as it was received.

-- The facts that partners are told of: up to the last one after which the episode stood in a stage that they may see. While
-- it stands in a hidden one, they are told it as it was known then (docs/rules.md 10).
ALTER TABLE episode ADD COLUMN told_version int NOT NULL DEFAULT 0,
                    ADD COLUMN told_sequence bigint NOT NULL DEFAULT 0,
                    ADD COLUMN told_at timestamptz NOT NULL DEFAULT '-infinity';
UPDATE episode e SET told_version = t.version, told_sequence = t.sequence, told_at = t.recorded_at
  FROM (SELECT e.id, count(*) AS version, max(v.sequence) AS sequence, max(v.recorded_at) AS recorded_at
          FROM episode e JOIN event v ON v.episode_id = e.id
         WHERE e.partners_stage = e.stage OR v.happened_on < e.stage_since GROUP BY e.id) t
 WHERE t.id = e.id;
CREATE INDEX episode_told ON episode (told_at, id);
GRANT SELECT (told_version, told_sequence, told_at, partners_stage) ON episode TO r_partner;

ALTER TABLE child ADD COLUMN number_status char(2) NOT NULL DEFAULT '03'
                      CHECK (number_status IN ('01', '02', '03', '04', '05', '06')),
                  ADD COLUMN changed_at timestamptz NOT NULL DEFAULT clock_timestamp();
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER changed BEFORE UPDATE ON child FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION note_change();
CREATE INDEX child_changed ON child (changed_at, id);

-- A child whom a partner's system made known to us, before or beside any referral.
CREATE TABLE child_partner (
    child_id uuid NOT NULL REFERENCES child,
    organisation_id int NOT NULL REFERENCES organisation,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (child_id, organisation_id)
);
CREATE INDEX child_partner_organisation ON child_partner (organisation_id, child_id);

-- What came in, as it came, and what was answered. The pair of ids is the sender's; the same pair is the same message.
-- `secret` is readable with the child's key, so that sealing closes it; `held` with the area's, while no child is known.
-- Of a message, `message_id` is the sender's own id of it and `headers` what its headers say of organisations and software; a
-- failed one keeps its answer, which is given again.
CREATE TABLE received (
    id uuid PRIMARY KEY,
    account_id int NOT NULL REFERENCES account,
    request_id uuid NOT NULL,
    correlation_id uuid NOT NULL,
    kind text NOT NULL,
    digest bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('processing', 'done', 'failed')),
    child_id uuid REFERENCES child,
    secret bytea,
    held bytea,
    status smallint,
    answer bytea,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    message_id text,
    headers jsonb,
    UNIQUE (account_id, request_id, correlation_id)
);
CREATE INDEX received_at ON received (at);
CREATE INDEX received_child ON received (child_id) WHERE child_id IS NOT NULL;
CREATE INDEX received_digest ON received (account_id, digest);

-- By which of its own identifiers a sender knows a referral (its number, the message's id, the journey's): the same one again is
-- the same referral, under whatever request id it comes. While it is being made, the referral is not named yet.
CREATE TABLE outside_identifier (
    account_id int NOT NULL REFERENCES account,
    system text NOT NULL,
    value text NOT NULL,
    episode_id uuid REFERENCES episode,
    PRIMARY KEY (account_id, system, value)
);
CREATE INDEX outside_identifier_episode ON outside_identifier (episode_id);

-- The number under which the national directory of services lists the service that takes a pathway's referrals.
ALTER TABLE pathway_route ADD COLUMN dos_service_id text UNIQUE;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['child_partner', 'received', 'outside_identifier'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY writer ON %I TO pathway_writer USING (true) WITH CHECK (true)', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO pathway_writer', t);
    END LOOP;
END $$;
GRANT DELETE ON child_partner, outside_identifier TO pathway_writer;
GRANT UPDATE (episode_id) ON outside_identifier TO pathway_writer;
GRANT UPDATE (state, child_id, secret, held, digest, status, answer, finished_at, message_id) ON received TO pathway_writer;
CREATE POLICY worker ON received TO r_worker USING (true);
GRANT SELECT (id, state, child_id, at, held), UPDATE (held) ON received TO r_worker;

CREATE POLICY own ON child_partner FOR SELECT TO r_partner USING (organisation_id = (SELECT app_org()));
GRANT SELECT ON child_partner TO r_partner;
CREATE POLICY registered ON child FOR SELECT TO r_partner
    USING (id = ANY (ARRAY(SELECT p.child_id FROM child_partner p WHERE p.organisation_id = (SELECT app_org()))));

-- An address, and the carers, only for the team or the council that has to do with an episode; never a restricted address.
CREATE POLICY partner ON child_address FOR SELECT TO r_partner USING (EXISTS (
    SELECT FROM child c JOIN episode e ON e.child_id = c.id
     WHERE c.id = child_address.child_id AND NOT c.restricted AND (SELECT app_org()) IN (e.provider_id, e.council_id)));
GRANT SELECT ON child_address TO r_partner;
-- Neither the young person's own contact, which is theirs alone (docs/rules.md 13), nor the professionals beside the carers.
CREATE POLICY partner ON guardian FOR SELECT TO r_partner USING (relationship <> 'self' AND NOT professional AND EXISTS (
    SELECT FROM episode e WHERE e.child_id = guardian.child_id AND (SELECT app_org()) IN (e.provider_id, e.council_id)));
GRANT SELECT ON guardian TO r_partner;
CREATE POLICY partner ON carer FOR SELECT TO r_partner
    USING (EXISTS (SELECT FROM guardian g WHERE g.carer_id = carer.id));
GRANT SELECT ON carer TO r_partner;

-- What is asked of a partner, and what its own team or council has to do. Not while the episode stands in a stage that is
-- hidden from partners: then the list is made from the facts that are told, for a gap in it would tell (docs/rules.md 10).
CREATE POLICY partner ON task FOR SELECT TO r_partner USING (EXISTS (
    SELECT FROM episode e WHERE e.id = task.episode_id AND e.told_version = e.version
       AND (SELECT app_org()) IN (task.owner_id, e.provider_id, CASE WHEN e.council_runs THEN e.council_id END)));
GRANT SELECT ON task TO r_partner;
