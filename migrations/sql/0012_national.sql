-- What the NHS's national services told us of a child, and what a person has to decide because of it.

-- While this is set nothing is sent about the child: a national record says that they have died, or that nobody may learn where
-- they are and nobody has named a safe contact yet. A restricted child has a safe contact, or no message leaves.
ALTER TABLE child ADD COLUMN messages_held_since timestamptz,
    DROP CONSTRAINT restricted_has_safe_contact,
    ADD CONSTRAINT restricted_has_safe_contact CHECK (
        NOT restricted OR safe_contact IS NOT NULL OR sealed_at IS NOT NULL OR messages_held_since IS NOT NULL);

-- When the Personal Demographics Service was asked about a child, and what came of it. `request_id` is that of a question that
-- has not been answered yet, so that asking again is the same question.
CREATE TABLE child_trace (
    child_id uuid PRIMARY KEY REFERENCES child,
    request_id uuid,
    asked_at timestamptz,
    answered_at timestamptz,
    outcome text NOT NULL DEFAULT '',
    wanted boolean NOT NULL DEFAULT true
);
CREATE INDEX child_trace_wanted ON child_trace (child_id) WHERE wanted;
CREATE INDEX child_trace_answered ON child_trace (answered_at);

-- What a national record says otherwise than ours; what differs is readable with the child's key. A person decides.
CREATE TABLE doubt (
    id uuid PRIMARY KEY,
    child_id uuid NOT NULL REFERENCES child,
    source text NOT NULL CHECK (source IN ('pds', 'vrs')),
    kind text NOT NULL,
    about text NOT NULL DEFAULT '',
    secret bytea,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_at timestamptz,
    decided_by int,
    decision text,
    CONSTRAINT decided_whole CHECK ((decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (decision IS NULL))
);
CREATE UNIQUE INDEX doubt_open ON doubt (child_id, kind, about) WHERE decided_at IS NULL;
CREATE INDEX doubt_child ON doubt (child_id, made_at);

-- Signals of the Multicast Notification Service that were taken in, so that one that comes twice is one. No number is kept.
CREATE TABLE signal (
    id text PRIMARY KEY,
    event_type text NOT NULL,
    happened_at timestamptz,
    child_id uuid REFERENCES child,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX signal_taken ON signal (taken_at);

-- Reasonable adjustments as the national Patient Flags record has them; readable with the child's key.
CREATE TABLE child_adjustment (
    child_id uuid PRIMARY KEY REFERENCES child,
    secret bytea,
    version_id text NOT NULL DEFAULT '',
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    wanted boolean NOT NULL DEFAULT false
);

-- Organisations that a referral or a national record names and this area does not have. A person adds them, or not.
CREATE TABLE organisation_proposal (
    ods_code text PRIMARY KEY,
    name text NOT NULL DEFAULT '',
    kind text NOT NULL DEFAULT 'other' CHECK (kind IN ('council', 'icb', 'provider', 'school', 'gp', 'other')),
    state text NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'found', 'not_found', 'added', 'left_out')),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_at timestamptz,
    decided_by int
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['child_trace', 'doubt', 'signal', 'child_adjustment', 'organisation_proposal'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY writer ON %I TO pathway_writer USING (true) WITH CHECK (true)', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO pathway_writer', t);
    END LOOP;
END $$;
GRANT UPDATE ON child_trace, doubt, child_adjustment, organisation_proposal TO pathway_writer;
GRANT DELETE ON child_trace, doubt, child_adjustment TO pathway_writer;
GRANT UPDATE (child_id) ON signal TO pathway_writer;
CREATE POLICY worker ON signal TO r_worker USING (true);
GRANT SELECT (taken_at), DELETE ON signal TO r_worker;

-- Whoever may see the child's record sees what is in doubt about it; the council does not decide on the team's records.
CREATE POLICY by_child ON doubt FOR SELECT TO r_clinician, r_lead USING (EXISTS (SELECT FROM child c WHERE c.id = doubt.child_id));
GRANT SELECT ON doubt TO r_clinician, r_lead;
CREATE POLICY by_child ON child_adjustment FOR SELECT TO r_clinician, r_lead
    USING (EXISTS (SELECT FROM child c WHERE c.id = child_adjustment.child_id));
GRANT SELECT ON child_adjustment TO r_clinician, r_lead;
CREATE POLICY staff ON organisation_proposal FOR SELECT TO r_lead USING (true);
GRANT SELECT ON organisation_proposal TO r_lead;
