-- Commissioners' views hold the stage that partners may see, running clocks only, and no line that would itself tell that
-- the team has decided (docs/rules.md 10, 16; docs/adr/0012).

ALTER TABLE episode ALTER COLUMN partners_stage SET NOT NULL;
GRANT SELECT (partners_stage) ON episode TO pathway_stats;
-- The stage for a carer to whom the outcome was not delegated (docs/rules.md 14).
GRANT SELECT (partners_stage) ON episode TO r_family;

DROP VIEW flag_arithmetic, breach_count, open_count;
-- A clock begun in a stage that is hidden from partners is counted, and its own line is shown once the stage is not hidden.
CREATE VIEW flag_arithmetic WITH (security_barrier) AS
SELECT c.id, c.pathway, c.clock, c.instance, c.state, c.started_on, c.counts_from, c.field_value, c.due_on,
       c.due_soon_on, c.late_from, c.locked_due_on, c.threshold_id, c.status, c.excused, c.provider_id, c.council_id,
       e.definition, s.kind AS start_kind, s.role AS start_role, e.partners_stage
  FROM clock c
  JOIN episode e ON e.id = c.episode_id
  JOIN event s ON s.id = c.start_event
 WHERE c.known_to IS NULL AND c.state = 'running'
   AND (e.partners_stage = e.stage OR c.started_on < e.stage_since);
CREATE VIEW breach_count WITH (security_barrier) AS
SELECT c.pathway, c.clock, c.provider_id, c.council_id, c.late_from, c.started_on, c.excused, count(*) AS n
  FROM clock c
 WHERE c.known_to IS NULL AND c.state = 'running' AND c.late_from IS NOT NULL
 GROUP BY c.pathway, c.clock, c.provider_id, c.council_id, c.late_from, c.started_on, c.excused;
CREATE VIEW open_count WITH (security_barrier) AS
SELECT pathway, provider_id, council_id, partners_stage, count(*) AS n FROM episode WHERE closed_on IS NULL
 GROUP BY pathway, provider_id, council_id, partners_stage;
GRANT SELECT ON flag_arithmetic, breach_count, open_count TO r_commissioner;
GRANT CREATE ON SCHEMA public TO pathway_stats;
ALTER VIEW flag_arithmetic OWNER TO pathway_stats;
ALTER VIEW breach_count OWNER TO pathway_stats;
ALTER VIEW open_count OWNER TO pathway_stats;
REVOKE CREATE ON SCHEMA public FROM pathway_stats;
