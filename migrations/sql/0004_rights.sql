-- Who may read and write which rows. One database role for each kind of actor; a policy for each role, so that a
-- forgotten WHERE shows nothing. `app.org` and `app.account` are set for one transaction by the application.

CREATE FUNCTION app_org() RETURNS int LANGUAGE sql STABLE
    RETURN nullif(current_setting('app.org', true), '')::int;
CREATE FUNCTION app_account() RETURNS int LANGUAGE sql STABLE
    RETURN nullif(current_setting('app.account', true), '')::int;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY[
        'organisation', 'pathway_route', 'account', 'session', 'child', 'child_address', 'child_past', 'child_key', 'carer', 'guardian', 'who_is_told', 'looked_after',
        'match_proposal', 'merge', 'break_glass', 'break_glass_review', 'break_glass_telling', 'definition', 'episode', 'event', 'clock', 'task', 'request', 'caseload',
        'threshold', 'threshold_signature', 'crossing', 'acknowledgement', 'outbox', 'message', 'access_log', 'ledger',
        'seal', 'heartbeat', 'import_batch', 'import_row', 'rate_limit', 'demonstration'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY writer ON %I TO pathway_writer USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY loader ON %I TO r_loader USING (true) WITH CHECK (true)', t);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO pathway_writer, r_loader', t);
    END LOOP;
END $$;

-- What an action may change besides appending: projections, details of people, states of work. Never a fact.
GRANT UPDATE ON organisation, pathway_route, account, session, child, child_address, child_key, carer, guardian, match_proposal, merge,
    episode, task, request, threshold, crossing, outbox, import_batch, import_row TO pathway_writer;
GRANT UPDATE (known_to, to_sequence, next_crossing_on) ON clock TO pathway_writer;
GRANT DELETE ON task, caseload, session, child_address TO pathway_writer;
-- Joining and sealing records: links are taken away, and messages move with the episode they are about.
GRANT DELETE ON guardian, match_proposal, who_is_told, looked_after TO pathway_writer;
GRANT UPDATE ON looked_after TO pathway_writer;
GRANT UPDATE (taken_up_at) ON who_is_told TO pathway_writer;
GRANT UPDATE (child_id, carer_id, secret) ON message TO pathway_writer;
GRANT UPDATE ON child, guardian, episode, import_batch, import_row TO r_loader;
GRANT UPDATE, DELETE ON rate_limit TO pathway_writer;
CREATE POLICY worker ON rate_limit TO r_worker USING (true);
GRANT SELECT, DELETE ON rate_limit TO r_worker;

-- Reference data that everybody who has signed in may read.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['organisation', 'pathway_route', 'definition', 'threshold', 'threshold_signature', 'ledger', 'heartbeat',
                             'demonstration'] LOOP
        EXECUTE format('CREATE POLICY everybody ON %I FOR SELECT TO r_referrer, r_clinician, r_lead, r_officer, r_family,
            r_commissioner, r_partner, r_privacy, r_worker, pathway_stats USING (true)', t);
        EXECUTE format('GRANT SELECT ON %I TO r_referrer, r_clinician, r_lead, r_officer, r_family, r_commissioner,
            r_partner, r_privacy, r_worker, pathway_stats', t);
    END LOOP;
END $$;
CREATE POLICY everybody ON account FOR SELECT
    TO r_referrer, r_clinician, r_lead, r_officer, r_commissioner, r_partner, r_privacy, r_worker USING (true);
GRANT SELECT (id, name, role, organisation_id, active) ON account
    TO r_referrer, r_clinician, r_lead, r_officer, r_commissioner, r_partner, r_privacy, r_worker;
-- A family knows its coordinator by name, and nobody else (NICE CG128: a single point of contact).
CREATE POLICY coordinator ON account FOR SELECT TO r_family
    USING (id = ANY (ARRAY(SELECT e.coordinator_id FROM episode e)));
GRANT SELECT (id, name) ON account TO r_family;

-- Every read is logged by the reader's own role, in the transaction that reads.
CREATE POLICY log ON access_log FOR INSERT
    TO r_referrer, r_clinician, r_lead, r_officer, r_family, r_commissioner, r_partner, r_privacy, r_worker
    WITH CHECK (account_id = (SELECT app_account()));
GRANT INSERT ON access_log
    TO r_referrer, r_clinician, r_lead, r_officer, r_family, r_commissioner, r_partner, r_privacy, r_worker;

-- Links that other policies read: each actor sees only its own.
CREATE POLICY own ON caseload FOR SELECT TO r_clinician, r_lead USING (account_id = (SELECT app_account()));
GRANT SELECT ON caseload TO r_clinician, r_lead;
CREATE POLICY own ON break_glass FOR SELECT TO r_clinician, r_lead USING (account_id = (SELECT app_account()));
GRANT SELECT (id, account_id, child_id, why, since, until) ON break_glass TO r_clinician, r_lead;
CREATE POLICY all_of_them ON break_glass FOR SELECT TO r_privacy USING (true);
CREATE POLICY all_of_them ON break_glass_review FOR SELECT TO r_privacy USING (true);
CREATE POLICY all_of_them ON break_glass_telling FOR SELECT TO r_privacy USING (true);
GRANT SELECT ON break_glass, break_glass_review, break_glass_telling TO r_privacy;
CREATE POLICY own ON guardian FOR SELECT TO r_family USING (account_id = (SELECT app_account()));
GRANT SELECT ON guardian TO r_family;
-- What of a child's page somebody sees: all of it, unless the child is looked after by others, or was (docs/rules.md 14).
CREATE FUNCTION parts_seen(delegated text[], looked_after boolean, responsible boolean) RETURNS text[] LANGUAGE sql IMMUTABLE
    RETURN coalesce(delegated, CASE WHEN looked_after AND NOT responsible THEN ARRAY['where']
                                    ELSE ARRAY['where', 'outcome', 'looks'] END);
CREATE FUNCTION own_children(part text) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
    RETURN ARRAY(SELECT g.child_id FROM guardian g JOIN child c ON c.id = g.child_id
                  WHERE g.account_id = app_account() AND g.active AND g.may_be_told
                    AND part = ANY (parts_seen(g.delegated, c.looked_after, g.parental_responsibility)));
-- A family knows of an opening once it may be told. Asked as the owner, so that it cannot see that a telling is delayed.
CREATE FUNCTION may_be_told_of(opening uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public
    RETURN coalesce(
        (SELECT t.tell_from FROM break_glass_telling t WHERE t.opening_id = opening ORDER BY t.at DESC, t.id LIMIT 1),
        (SELECT b.tell_from FROM break_glass b WHERE b.id = opening)) <= now();
CREATE POLICY family ON break_glass FOR SELECT TO r_family USING (
    child_id = ANY ((SELECT own_children('looks'))::uuid[])
    AND may_be_told_of(id));
GRANT SELECT (id, child_id, why) ON break_glass TO r_family;
CREATE POLICY own ON carer FOR SELECT TO r_family USING (account_id = (SELECT app_account()));
GRANT SELECT ON carer TO r_family;

-- Episodes.
CREATE POLICY clinician ON episode FOR SELECT TO r_clinician USING (
    provider_id = (SELECT app_org())
    OR hand_over_to = (SELECT app_org())
    OR id = ANY (ARRAY(SELECT c.episode_id FROM caseload c WHERE c.account_id = (SELECT app_account())))
    OR child_id = ANY (ARRAY(SELECT b.child_id FROM break_glass b
                              WHERE b.account_id = (SELECT app_account()) AND b.until > now())));
CREATE POLICY lead ON episode FOR SELECT TO r_lead USING (
    provider_id = (SELECT app_org())
    OR hand_over_to = (SELECT app_org())
    OR id = ANY (ARRAY(SELECT c.episode_id FROM caseload c WHERE c.account_id = (SELECT app_account())))
    OR child_id = ANY (ARRAY(SELECT b.child_id FROM break_glass b
                              WHERE b.account_id = (SELECT app_account()) AND b.until > now())));
CREATE POLICY officer ON episode FOR SELECT TO r_officer USING (council_id = (SELECT app_org()) AND council_basis);
CREATE POLICY referrer ON episode FOR SELECT TO r_referrer USING (
    (school_id = (SELECT app_org()) AND NOT hidden_from_school)
    OR (referrer_id = (SELECT app_org()) AND NOT hidden_from_referrer));
CREATE POLICY family ON episode FOR SELECT TO r_family USING (
    child_id = ANY ((SELECT own_children('where'))::uuid[]));
CREATE POLICY partner ON episode FOR SELECT TO r_partner USING (
    provider_id = (SELECT app_org()) OR (council_id = (SELECT app_org()) AND council_basis));
CREATE POLICY worker ON episode FOR SELECT TO r_worker USING (true);
CREATE POLICY stats ON episode FOR SELECT TO pathway_stats USING (true);
GRANT SELECT ON episode TO r_clinician, r_lead, r_worker;
GRANT SELECT (id, child_id, pathway, definition, version, council_stage, stage_since, opened_on, started_on, closed_on,
    shared_with, side_states, holder_slot, holder_id, provider_id, school_id, council_id, council_basis, council_runs,
    hidden_from_school, next_step, next_role, planned_for, plan_by_person, hand_over_to, coordinator_id, projected_on)
    ON episode TO r_officer, r_partner;
GRANT SELECT (id, child_id, pathway, definition, version, school_stage, referrer_stage, opened_on, started_on, closed_on,
    holder_slot, provider_id, school_id, referrer_id, hidden_from_school, projected_on) ON episode TO r_referrer;
GRANT SELECT (id, child_id, pathway, definition, version, family_stage, opened_on, started_on, closed_on, side_states,
    messages_stopped,
    provider_id, school_id, coordinator_id, family_reached_on, silent, projected_on) ON episode TO r_family;
GRANT SELECT (id, pathway, definition, stage, stage_since, started_on, closed_on, closure, holder_slot, holder_id, provider_id,
    council_id, school_id, side_states, planned_for, next_step, referrer_id) ON episode TO pathway_stats;

-- Children: whoever may see an episode of theirs. A family only by its own link.
CREATE POLICY by_episode ON child FOR SELECT TO r_clinician, r_lead, r_officer, r_referrer, r_partner
    USING (EXISTS (SELECT FROM episode e WHERE e.child_id = child.id));
CREATE POLICY family ON child FOR SELECT TO r_family USING (
    id = ANY (ARRAY(SELECT g.child_id FROM guardian g WHERE g.account_id = (SELECT app_account()) AND g.active AND g.may_be_told)));
CREATE POLICY worker ON child FOR SELECT TO r_worker, r_privacy USING (true);
GRANT SELECT ON child TO r_clinician, r_lead, r_officer, r_partner, r_worker;
GRANT SELECT (id, first_name, family_name, birth_date, nhs_number, sealed_at, restricted) ON child TO r_privacy;
GRANT SELECT (id, first_name, family_name, birth_date, nhs_number, upn, pronouns, restricted, merged_into) ON child TO r_referrer;
GRANT SELECT (id, first_name, family_name, birth_date, pronouns, language, interpreter, restricted) ON child TO r_family;

-- A restricted address is for the one who posts letters, and nobody else (docs/rules.md 12).
CREATE POLICY unrestricted ON child_address FOR SELECT TO r_clinician, r_lead, r_officer
    USING (EXISTS (SELECT FROM child c WHERE c.id = child_address.child_id AND NOT c.restricted));
CREATE POLICY worker ON child_address FOR SELECT TO r_worker USING (true);
GRANT SELECT ON child_address TO r_clinician, r_lead, r_officer, r_worker;

CREATE POLICY by_child ON guardian FOR SELECT TO r_clinician, r_lead, r_officer
    USING (EXISTS (SELECT FROM child c WHERE c.id = guardian.child_id));
CREATE POLICY worker ON guardian FOR SELECT TO r_worker USING (true);
GRANT SELECT ON guardian TO r_clinician, r_lead, r_officer, r_worker;
CREATE POLICY by_child ON who_is_told FOR SELECT TO r_clinician, r_lead
    USING (EXISTS (SELECT FROM child c WHERE c.id = who_is_told.child_id));
CREATE POLICY worker ON who_is_told FOR SELECT TO r_worker USING (true);
GRANT SELECT ON who_is_told TO r_clinician, r_lead, r_worker;
CREATE POLICY by_child ON carer FOR SELECT TO r_clinician, r_lead, r_officer
    USING (EXISTS (SELECT FROM guardian g WHERE g.carer_id = carer.id));
CREATE POLICY worker ON carer FOR SELECT TO r_worker USING (true);
GRANT SELECT ON carer TO r_clinician, r_lead, r_officer, r_worker;
CREATE POLICY by_child ON looked_after FOR SELECT TO r_clinician, r_lead, r_officer
    USING (EXISTS (SELECT FROM child c WHERE c.id = looked_after.child_id));
CREATE POLICY worker ON looked_after FOR SELECT TO r_worker USING (true);
GRANT SELECT ON looked_after TO r_clinician, r_lead, r_officer, r_worker;
CREATE POLICY worker ON child_key FOR SELECT TO r_worker USING (true);
GRANT SELECT ON child_key TO r_worker;

-- Facts: the clinical team by the episode; the council only of pathways that it runs itself.
CREATE POLICY by_episode ON event FOR SELECT TO r_clinician, r_lead
    USING (EXISTS (SELECT FROM episode e WHERE e.id = event.episode_id));
CREATE POLICY council_runs ON event FOR SELECT TO r_officer
    USING (EXISTS (SELECT FROM episode e WHERE e.id = event.episode_id AND e.council_runs));
CREATE POLICY worker ON event FOR SELECT TO r_worker USING (true);
CREATE POLICY stats ON event FOR SELECT TO pathway_stats USING (true);
GRANT SELECT ON event TO r_clinician, r_lead, r_officer, r_worker;
GRANT SELECT (sequence, id, episode_id, kind, happened_on, recorded_at, role) ON event TO pathway_stats;

-- Clocks. The lead's policy is one equality on an indexed column, so that the breach page stays an index range.
CREATE POLICY lead ON clock FOR SELECT TO r_lead USING (provider_id = (SELECT app_org()));
CREATE POLICY by_episode ON clock FOR SELECT TO r_clinician
    USING (EXISTS (SELECT FROM episode e WHERE e.id = clock.episode_id));
CREATE POLICY officer ON clock FOR SELECT TO r_officer USING (council_id = (SELECT app_org()) AND council_runs);
CREATE POLICY worker ON clock FOR SELECT TO r_worker USING (true);
CREATE POLICY stats ON clock FOR SELECT TO pathway_stats USING (true);
GRANT SELECT ON clock TO r_clinician, r_lead, r_officer, r_worker, pathway_stats;
CREATE POLICY worker_marks ON clock FOR UPDATE TO r_worker USING (true);
GRANT UPDATE (next_crossing_on) ON clock TO r_worker;

-- Tasks and messages follow from the facts: the council reads them where it reads those, and what is asked of it.
CREATE POLICY by_episode ON task FOR SELECT TO r_clinician, r_lead
    USING (EXISTS (SELECT FROM episode e WHERE e.id = task.episode_id));
CREATE POLICY council_runs ON task FOR SELECT TO r_officer
    USING (EXISTS (SELECT FROM episode e WHERE e.id = task.episode_id AND e.council_runs));
CREATE POLICY asked_of_us ON task FOR SELECT TO r_referrer, r_officer
    USING (owner_id = (SELECT app_org()) AND EXISTS (SELECT FROM episode e WHERE e.id = task.episode_id));
CREATE POLICY worker ON task FOR SELECT TO r_worker, pathway_stats USING (true);
GRANT SELECT ON task TO r_clinician, r_lead, r_officer, r_referrer, r_worker, pathway_stats;

CREATE POLICY lead ON crossing FOR SELECT TO r_lead USING (provider_id = (SELECT app_org()));
CREATE POLICY officer ON crossing FOR SELECT TO r_officer USING (council_id = (SELECT app_org())
    AND EXISTS (SELECT FROM episode e WHERE e.id = crossing.episode_id AND e.council_runs));
CREATE POLICY by_episode ON crossing FOR SELECT TO r_clinician
    USING (EXISTS (SELECT FROM episode e WHERE e.id = crossing.episode_id));
CREATE POLICY worker ON crossing TO r_worker USING (true) WITH CHECK (true);
CREATE POLICY stats ON crossing FOR SELECT TO pathway_stats USING (true);
GRANT SELECT ON crossing TO r_lead, r_officer, r_clinician, pathway_stats;
GRANT SELECT, INSERT, UPDATE ON crossing TO r_worker;
CREATE POLICY by_crossing ON acknowledgement FOR SELECT TO r_lead, r_officer, r_clinician
    USING (EXISTS (SELECT FROM crossing c WHERE c.id = acknowledgement.crossing_id));
CREATE POLICY stats ON acknowledgement FOR SELECT TO pathway_stats USING (true);
GRANT SELECT ON acknowledgement TO r_lead, r_officer, r_clinician, pathway_stats;

CREATE POLICY by_child ON match_proposal FOR SELECT TO r_clinician, r_lead
    USING (EXISTS (SELECT FROM child c WHERE c.id = match_proposal.child_id));
GRANT SELECT ON match_proposal TO r_clinician, r_lead;

CREATE POLICY by_episode ON outbox FOR SELECT TO r_clinician, r_lead
    USING (EXISTS (SELECT FROM episode e WHERE e.id = outbox.episode_id));
CREATE POLICY council_runs ON outbox FOR SELECT TO r_officer
    USING (EXISTS (SELECT FROM episode e WHERE e.id = outbox.episode_id AND e.council_runs));
CREATE POLICY all_of_them ON outbox FOR SELECT TO r_privacy USING (true);
CREATE POLICY worker ON outbox TO r_worker USING (true) WITH CHECK (true);
GRANT SELECT ON outbox TO r_clinician, r_lead, r_officer, r_privacy;
GRANT SELECT, INSERT, UPDATE ON outbox TO r_worker;
CREATE POLICY by_episode ON message FOR SELECT TO r_clinician, r_lead
    USING (EXISTS (SELECT FROM episode e WHERE e.id = message.episode_id));
CREATE POLICY council_runs ON message FOR SELECT TO r_officer
    USING (EXISTS (SELECT FROM episode e WHERE e.id = message.episode_id AND e.council_runs));
CREATE POLICY own ON message FOR SELECT TO r_family
    USING (carer_id = ANY (ARRAY(SELECT c.id FROM carer c WHERE c.account_id = (SELECT app_account())))
        AND child_id = ANY (ARRAY(SELECT g.child_id FROM guardian g WHERE g.account_id = (SELECT app_account()) AND g.active AND g.may_be_told)));
CREATE POLICY worker ON message TO r_worker USING (true) WITH CHECK (true);
GRANT SELECT ON message TO r_clinician, r_lead, r_officer, r_family;
GRANT SELECT, INSERT, UPDATE ON message TO r_worker;

CREATE POLICY privacy ON access_log FOR SELECT TO r_privacy, r_worker USING (true);
-- A family sees what was done under an opening once it may be told of that; the question before it opened nothing.
CREATE POLICY family ON access_log FOR SELECT TO r_family USING (
    children && (SELECT own_children('looks'))
    AND purpose <> 'question before an opening'
    AND (opening_id IS NULL OR opening_id = ANY (ARRAY(SELECT b.id FROM break_glass b))));
GRANT SELECT ON access_log TO r_privacy, r_worker;
GRANT SELECT (id, at, role, door, action, purpose, children, opening_id) ON access_log TO r_family;

CREATE POLICY worker_numbers ON ledger FOR INSERT TO r_worker WITH CHECK (true);
GRANT INSERT ON ledger TO r_worker;
CREATE POLICY worker ON seal TO r_worker USING (true) WITH CHECK (true);
CREATE POLICY privacy ON seal FOR SELECT TO r_privacy USING (true);
GRANT SELECT, INSERT ON seal TO r_worker;
GRANT SELECT ON seal TO r_privacy;
CREATE POLICY worker_beats ON heartbeat TO r_worker USING (true) WITH CHECK (true);
GRANT INSERT, UPDATE ON heartbeat TO r_worker;
CREATE POLICY worker ON session TO r_worker USING (true);
GRANT SELECT, DELETE ON session TO r_worker;
CREATE POLICY worker ON request TO r_worker USING (true);
GRANT SELECT (at), DELETE ON request TO r_worker;

CREATE POLICY own ON import_batch FOR SELECT TO r_lead USING (organisation_id = (SELECT app_org()));
CREATE POLICY own ON import_row FOR SELECT TO r_lead
    USING (EXISTS (SELECT FROM import_batch b WHERE b.id = import_row.batch_id));
GRANT SELECT ON import_batch, import_row TO r_lead;

-- Commissioners: no grant on any row about a child. The arithmetic of a flag, without identifiers.
CREATE VIEW flag_arithmetic WITH (security_barrier) AS
SELECT c.id, c.pathway, c.clock, c.instance, c.state, c.started_on, c.counts_from, c.finished_on, c.field_value, c.due_on,
       c.due_soon_on, c.late_from, c.locked_due_on, c.threshold_id, c.status, c.excused, c.provider_id, c.council_id,
       e.definition, s.kind AS start_kind, s.role AS start_role, f.kind AS finish_kind, e.stage
  FROM clock c
  JOIN episode e ON e.id = c.episode_id
  JOIN event s ON s.id = c.start_event
  LEFT JOIN event f ON f.id = c.finish_event
 WHERE c.known_to IS NULL;
CREATE VIEW breach_reason WITH (security_barrier) AS
SELECT x.pathway, x.clock, x.grade, x.provider_id, x.council_id, a.reason, a.action, a.cohort, a.at
  FROM acknowledgement a JOIN crossing x ON x.id = a.crossing_id;
CREATE VIEW breach_count WITH (security_barrier) AS
SELECT c.pathway, c.clock, c.provider_id, c.council_id, e.stage, c.late_from, c.started_on, c.excused, count(*) AS n
  FROM clock c JOIN episode e ON e.id = c.episode_id
 WHERE c.known_to IS NULL AND c.state = 'running' AND c.late_from IS NOT NULL
 GROUP BY c.pathway, c.clock, c.provider_id, c.council_id, e.stage, c.late_from, c.started_on, c.excused;
CREATE VIEW open_count WITH (security_barrier) AS
SELECT pathway, provider_id, council_id, stage, count(*) AS n FROM episode WHERE closed_on IS NULL
 GROUP BY pathway, provider_id, council_id, stage;
GRANT SELECT ON flag_arithmetic, breach_reason, breach_count, open_count TO r_commissioner;
GRANT CREATE ON SCHEMA public TO pathway_stats;
ALTER VIEW flag_arithmetic OWNER TO pathway_stats;
ALTER VIEW breach_reason OWNER TO pathway_stats;
ALTER VIEW breach_count OWNER TO pathway_stats;
ALTER VIEW open_count OWNER TO pathway_stats;
REVOKE CREATE ON SCHEMA public FROM pathway_stats;
