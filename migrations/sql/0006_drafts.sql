-- A referral before it is sent: what was typed so far, encrypted with the area's key, for the organisation that writes it.
-- Once sent it is emptied, and only says what came of it, so that a repeated click is answered in the same way.
CREATE TABLE referral_draft (
    id uuid PRIMARY KEY,
    account_id int NOT NULL REFERENCES account,
    organisation_id int NOT NULL REFERENCES organisation,
    pathway text NOT NULL,
    version int NOT NULL DEFAULT 1,
    secret bytea,
    reference text,
    being_checked boolean NOT NULL DEFAULT false,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at timestamptz,
    CONSTRAINT emptied_when_sent CHECK ((sent_at IS NULL) = (secret IS NOT NULL) AND (sent_at IS NULL) = (reference IS NULL))
);
CREATE INDEX referral_draft_open ON referral_draft (organisation_id, changed_at) WHERE sent_at IS NULL;

ALTER TABLE referral_draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE referral_draft FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON referral_draft TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY writer ON referral_draft TO pathway_writer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON referral_draft TO pathway_writer;
CREATE POLICY own ON referral_draft FOR SELECT TO r_referrer, r_clinician, r_officer
    USING (organisation_id = (SELECT app_org()));
GRANT SELECT ON referral_draft TO r_referrer, r_clinician, r_officer;
-- Housekeeping deletes what nobody has gone on with; it reads no text.
CREATE POLICY worker_clears ON referral_draft FOR DELETE TO r_worker USING (sent_at IS NULL);
CREATE POLICY worker_finds ON referral_draft FOR SELECT TO r_worker USING (sent_at IS NULL);
GRANT SELECT (sent_at, changed_at), DELETE ON referral_draft TO r_worker;
