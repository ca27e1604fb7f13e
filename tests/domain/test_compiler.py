"""The compiler of definitions: every fault is found, on its line, with what is wrong and what to write instead."""

from dataclasses import dataclass

import pytest

from pathway.domain.compiler import compile_definition
from pathway.domain.definition import ClockKind, Definition, Trigger
from pathway.domain.errors import DefinitionError
from pathway.domain.periods import Period, Unit

SMALL = """\
key = "small"
title = "Small pathway"
version = 1
first_step = "received"

[[party]]
key = "team"
title = "Team"
slot = "provider"

[[stage]]
key = "waiting"
title = "Waiting"
group = "pre_assessment"
held_by = "team"
next_step = "started"
next_by = "clinician"
review_every = "26 weeks"
family = "{name} is on the list."
family_next = "We will write."

[[stage]]
key = "assessing"
title = "Assessing"
group = "assessment"
held_by = "team"
next_step = "decided"
next_by = "clinician"
review_every = "6 weeks"
family = "It has started."
family_next = "We will talk with you."

[[stage]]
key = "known"
title = "Outcome known"
group = "assessment"
held_by = "team"
next_step = "told"
next_by = "clinician"
review_every = "2 weeks"
family = "It is going on."
family_next = "We will talk with you."
family_sees = "assessing"

[[stage]]
key = "ended"
title = "Ended"
group = "closed"
held_by = "team"
family = "It has ended."
closed = true

[[step]]
key = "received"
title = "Received"
first = true
to = "waiting"
by = ["senco"]
tell_family = "received"
fields = [
  { key = "provider", title = "Team", type = "organisation" },
  { key = "year", title = "Year", type = "number" },
  { key = "meeting_on", title = "Meeting", type = "date", future = true, plan = true },
]

[[step]]
key = "started"
title = "Started"
from = ["waiting"]
to = "assessing"
by = ["clinician"]
tell_family = "started"
mhsds = { "MHS201.ConsMechanismMH[how=video]" = "11" }
fields = [{ key = "how", title = "How", type = "choice", options = ["video", "telephone"] }]

[[step]]
key = "decided"
title = "Decided"
from = ["assessing"]
to = "known"
by = ["clinician"]
silent_because = "The family is told face to face."
fields = [{ key = "outcome", title = "Outcome", type = "choice", options = "outcomes" }]

[[step]]
key = "told"
title = "Told"
from = ["known"]
to = "ended"
by = ["clinician"]
tell_family = "told"
reveals_outcome = true

[[step]]
key = "excused"
title = "Exception claimed"
from = ["*"]
by = ["send_officer"]
tell_family = "excused"
claims_exception = true
fields = [
  { key = "clock", title = "Limit", type = "choice", required = true, options = "clocks" },
  { key = "reason", title = "Reason", type = "choice", required = true, options = "exceptions" },
]

[[clock]]
key = "start"
title = "Received to started"
starts = ["received"]
stops = [{ step = "started", when = { how = ["video"] } }]
ends = ["closed"]
limit = "3 months"
due_soon = "10 weeks"
bands = ["26 weeks", "52 weeks"]
status = "statutory"
source = "An Act"
exceptions = ["away"]

[[clock]]
key = "silence"
title = "Silence"
kind = "recurring"
starts = ["received"]
ends = ["closed"]
limit = "12 weeks"
status = "local"

[[clock]]
key = "transfer"
title = "Transfer"
kind = "fixed_date"
starts = ["received"]
stops = ["told"]
at = "15 February"
date_field = "year"
status = "local"

[[exception]]
key = "away"
title = "Away"
source = "An Act"

[[task]]
key = "observe"
title = "Observe"
owner = "team"
by = "clinician"
within = "8 weeks"
opened_by = ["started"]
done_by = ["decided"]

[[outcome]]
key = "yes"
title = "Yes"
family = "We found it."

[[closure]]
key = "told"
title = "Told"
family = "It has ended."
"""


@dataclass(frozen=True)
class Fault:
    """What is changed in the small pathway, the text on the line that is at fault, and the sentences."""

    name: str
    old: str
    new: str
    on: str
    wrong: str
    instead: str = ""


WAITING = 'title = "Waiting"\ngroup = "pre_assessment"\n'
FAULTS = (
    Fault("malformed TOML", "version = 1", "version = = 1", "version = = 1", "This is not TOML"),
    Fault("unknown table", "[[task]]", "[[tasks]]", "[[tasks]]", "no table “tasks”", "“task”"),
    Fault("unknown top-level key", "version = 1", "version = 1\nauthor = 2", "author", "“author” is not known"),
    Fault("unknown key", "group = \"assessment\"", "grup = \"assessment\"", "grup", "“grup” is not known", "“group”"),
    Fault("unknown key in a field", "type = \"number\" }", "typ = \"number\" }", "typ =", "“typ” is not known in a field"),
    Fault("missing key", 'title = "Outcome known"\n', "", 'key = "known"', "Stage “known”: “title” is missing", "Add title"),
    Fault("duplicate key", 'key = "assessing"', 'key = "waiting"', 'key = "waiting"\ntitle = "A', "is there twice"),
    Fault("duplicate field", '{ key = "year"', '{ key = "provider"', "Year", "field “provider” is there twice"),
    Fault("wrong type", "first = true", 'first = "yes"', 'first = "yes"', "neither true nor false"),
    Fault("not a key", 'key = "team"', 'key = "The Team"', "The Team", "is not a key"),
    Fault("not a period", '"3 months"', '"a while"', "a while", "“a while” is not a period", "3 months"),
    Fault("unknown party", 'held_by = "team"', 'held_by = "taem"', "taem", "there is no party “taem”", "“team”"),
    Fault("unknown stage", 'to = "known"', 'to = "knwon"', "knwon", "there is no stage “knwon”", "“known”"),
    Fault("unknown step", 'next_step = "told"', 'next_step = "tell"', '"tell"', "there is no step “tell”", "told"),
    Fault("unknown role", 'by = ["senco"]', 'by = ["senko"]', "senko", "“senko” is not known here", "“senco”"),
    Fault("unknown exception", '["away"]', '["awy"]', "awy", "there is no exception “awy”", "“away”"),
    Fault("unknown step in a task", 'done_by = ["decided"]', 'done_by = ["observed"]', "observed", "no step “observed”"),
    Fault("unknown field in a when", "how = [", "hou = [", "hou", "“started” has no field “hou”", "“how”"),
    Fault("unknown value in a when", 'how = ["video"]', 'how = ["vidio"]', "vidio", "“how” is never “vidio”", "“video”"),
    Fault("unknown list of options", '"outcomes"', '"outcome"', '= "outcome" }', "no list of options “outcome”", "“outcomes”"),
    Fault("unknown answer in a code", "[how=video]", "[how=letter]", "letter", "names no answer of this step"),
    Fault("unreachable stage", 'from = ["assessing"]\nto = "known"', 'from = ["assessing"]\nto = "ended"', 'key = "known"', "can never be reached"),
    Fault("no way on", 'from = ["known"]\nto = "ended"', 'from = ["*"]\nto = "ended"', 'key = "known"', "has no way on"),
    Fault("no owner", WAITING + 'held_by = "team"\n', WAITING, 'key = "waiting"', "It has no owner", "Add held_by"),
    Fault("no next step", 'next_step = "started"\n', "", 'key = "waiting"', "no child is without a next step", "next_step"),
    Fault("next step from elsewhere", 'next_step = "started"', 'next_step = "decided"', 'next_step = "decided"\nnext_by = "clinician"\nreview_every = "26', "“decided” cannot be taken from here", "started"),
    Fault("way from elsewhere", 'next_step = "started"\n', 'next_step = "started"\nways = ["decided"]\n', 'ways = ["decided"]', "“decided” cannot be taken from here", "started"),
    Fault("next step by another", 'next_by = "clinician"\nreview_every = "26', 'next_by = "triage"\nreview_every = "26', "triage", "“triage” may not take “started”", "clinician"),
    Fault("no family words", 'family = "It has started."\n', "", 'key = "assessing"', "It has no family words"),
    Fault("step for nobody", 'by = ["senco"]', "by = []", "by = []", "nobody may take it"),
    Fault("step for those who only read", 'by = ["senco"]', 'by = ["commissioner"]', "commissioner", "nobody may take it"),
    Fault("told and silent", 'tell_family = "started"', 'tell_family = "started"\nsilent_because = "x"', 'tell_family = "started"', "either what tells the family, or why it is silent"),
    Fault("neither told nor silent", 'tell_family = "started"\n', "", 'key = "started"', "either what tells the family, or why it is silent"),
    Fault("clock that never stops", 'stops = ["told"]', 'stops = ["received"]', 'stops = ["received"]', "can never stop"),
    Fault("recurring clock that never ends", 'starts = ["received"]\nends = ["closed"]\nlimit = "12', 'starts = ["received"]\nlimit = "12', 'key = "silence"', "can never end"),
    Fault("due soon after the limit", '"10 weeks"', '"20 weeks"', "20 weeks", "is later than the limit"),
    Fault("statutory without source", 'source = "An Act"\nexceptions', "exceptions", 'key = "start"', "a statutory limit needs its source"),
    Fault("impossible date", '"15 February"', '"30 February"', "30 February", "is not a day of every year", "15 February"),
    Fault("date field of another type", 'date_field = "year"', 'date_field = "how"', 'date_field = "how"', "has no field “how” of type"),
    Fault("bands in disorder", '["26 weeks", "52 weeks"]', '["52 weeks", "26 weeks"]', "bands", "must rise from the limit"),
    Fault("accusing family words", '"It has started."', '"It was rejected."', "rejected", "a family is never shown “rejected”"),
    Fault("placeholder that nobody fills", '"{name} is', '"{child} is', "{child}", "nothing fills in “{child}”"),
    Fault("outcome shown to the family", 'family_sees = "assessing"\n', "", 'key = "known"', "implies an outcome, and family sees it"),
    Fault("outcome shown to partners", 'family_sees = "assessing"', 'family_sees = "assessing"\npartners_see = "known"', "partners_see", "implies an outcome, and partners see it"),
    Fault("outcome that is never told", "reveals_outcome = true", "reveals_outcome = false", 'key = "decided"', "No step tells the family the outcome"),
    Fault("closing without a reason", '[[closure]]\nkey = "told"', '[[closure]]\nkey = "gone"', 'key = "told"', "it closes without a reason"),
    Fault("exception without a clock field", '{ key = "clock", ', '{ key = "limit", ', 'key = "excused"', "claims an exception without the field “clock”"),
    Fault("first step that is not first", "first = true", "first = false", "first_step", "“received” is not a first step"),
    Fault("task that its owner may not record", 'by = "clinician"\nwithin', 'by = "senco"\nwithin', 'by = "senco"\nwithin', "“senco” may not record that it is done", "clinician"),
    Fault("two plans", 'type = "number" }', 'type = "date", plan = true }', "fields = [\n", "two fields set the plan"),
    Fault("nobody to act next", 'next_by = "clinician"\nreview_every = "26', 'next_by = []\nreview_every = "26', 'key = "waiting"', "“next_by” is missing"),
    Fault("organisation on a later step", '{ key = "how", title = "How", type = "choice", options = ["video", "telephone"] }', '{ key = "how", title = "How", type = "choice", options = ["video", "telephone"] }, { key = "provider", title = "Team", type = "organisation" }', "fields = [{", "only a first step asks for an organisation", "hand-over"),
    Fault("hidden from nobody", 'reveals_outcome = true', 'reveals_outcome = true\nhides_from = "scool"', "hides_from", "“scool” is not known here", "“school”"),
    Fault("shared on an answer that nobody gives", 'tell_family = "started"', 'tell_family = "started"\nshares_with = { slot = "school", when = { how = ["letter"] } }', "shares_with", "“how” is never “letter”"),
    Fault("hiding without an organisation", 'tell_family = "started"', 'tell_family = "started"\nhides_from = { when = { how = ["video"] } }', "hides_from", "names no organisation", "slot ="),
    Fault("messages refused by nothing", 'tell_family = "started"', 'tell_family = "started"\nrefuses_messages = true', "refuses_messages", "names no answer", "scope ="),
    Fault("messages refused by an answer nobody gives", 'tell_family = "started"', 'tell_family = "started"\nrefuses_messages = { how = ["letter"] }', "refuses_messages", "“how” is never “letter”"),
    Fault("before a day that is not fixed", 'source = "An Act"\nexceptions', 'source = "An Act"\nbefore = true\nexceptions', "before = true", "only a fixed date is “before” a day"),
)  # fmt: skip


def compiled(text: str = SMALL) -> Definition:
    return compile_definition(text, "small.toml")


def line_of(text: str, found: str) -> int:
    return text[: text.index(found)].count("\n") + 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_found_on_its_line_with_what_to_write_instead(fault: Fault) -> None:
    assert fault.old in SMALL, "the change does not apply"
    text = SMALL.replace(fault.old, fault.new, 1)
    with pytest.raises(DefinitionError) as caught:
        compiled(text)

    told = [f for f in caught.value.faults if fault.wrong in f.wrong]
    assert told, f"not found; told instead: {caught.value}"
    on_the_line = [f for f in told if f.line in _lines_near(text, fault.on)]
    assert on_the_line, f"not on its line: {caught.value}"
    assert on_the_line[0].file == "small.toml"
    assert fault.instead in on_the_line[0].instead
    assert on_the_line[0].instead.endswith((".", "…", "?"))


def _lines_near(text: str, found: str) -> tuple[int, int]:
    """The line itself, or for a whole block its header just above the key."""
    line = line_of(text, found)
    return (line - 1, line) if found.startswith("key = ") else (line, line)


def test_the_small_pathway_itself_has_no_fault() -> None:
    assert compiled().key == "small"


def test_all_faults_of_a_file_are_told_at_once_in_the_order_of_the_file() -> None:
    text = SMALL.replace('held_by = "team"', 'held_by = "taem"').replace("version = 1", 'version = "1"')
    with pytest.raises(DefinitionError) as caught:
        compiled(text)
    lines = [fault.line for fault in caught.value.faults]
    assert len(lines) == 5
    assert lines == sorted(lines, key=lambda line: line or 0)
    assert str(caught.value).count("small.toml, line") == 5


def test_comments_and_strings_with_brackets_do_not_move_the_lines() -> None:
    text = SMALL.replace('title = "Team"', "title = 'Team [[x]] = {'  # [ { \"\n# key = 1", 1).replace(
        'slot = "provider"', 'slot = "provder"'
    )
    with pytest.raises(DefinitionError) as caught:
        compiled(text)
    assert caught.value.line == line_of(text, "provder")


def test_the_digest_names_the_text_and_nothing_else() -> None:
    assert compiled().digest == compiled().digest
    assert compiled(SMALL + "\n# a word more\n").digest != compiled().digest


def test_a_star_is_every_open_stage_and_closed_is_every_step_that_closes() -> None:
    definition = compiled()
    assert definition.steps["excused"].from_stages == {"waiting", "assessing", "known"}
    assert definition.clocks["silence"].ends == (Trigger("told"),)


def test_a_stage_shows_itself_unless_it_says_otherwise() -> None:
    stages = compiled().stages
    assert (stages["waiting"].family_sees, stages["waiting"].partners_see) == ("waiting", "waiting")
    assert (stages["known"].family_sees, stages["known"].partners_see) == ("assessing", "assessing")


def test_choices_take_their_options_from_a_table() -> None:
    steps = compiled().steps
    outcome, clock = steps["decided"].field_named("outcome"), steps["excused"].field_named("clock")
    assert outcome is not None
    assert clock is not None
    assert [option.key for option in outcome.options] == ["yes"]
    assert [option.key for option in clock.options] == ["start"], "only a limit that lists exceptions"


def test_what_a_step_moves_is_worked_out_once() -> None:
    moves = compiled().moves["told"]
    assert [clock.key for clock, _ in moves.stops] == ["transfer"]
    assert [clock.key for clock, _ in moves.ends] == ["start", "silence"]
    assert [task.key for task in compiled().moves["started"].opens] == ["observe"]


def test_a_clock_that_is_switched_off_is_kept_and_moves_nothing() -> None:
    definition = compiled(SMALL.replace('date_field = "year"', 'date_field = "year"\nenabled = false'))
    assert not definition.clocks["transfer"].enabled
    assert definition.moves["told"].stops == ()


def test_a_local_limit_is_agreed_by_every_partner_unless_it_says_otherwise() -> None:
    clocks = compiled().clocks
    assert clocks["silence"].agreed_by == ("council", "icb", "provider")
    assert clocks["start"].agreed_by == ()


def test_a_fixed_date_is_read_as_day_and_month() -> None:
    clock = compiled().clocks["transfer"]
    assert (clock.kind, clock.day, clock.month) == (ClockKind.FIXED_DATE, 15, 2)
    assert clock.limit == Period(0, Unit.DAYS)
