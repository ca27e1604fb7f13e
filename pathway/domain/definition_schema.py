"""The tables of a definition file and their columns, as data: what may be written, what must be, what it refers to."""

from collections.abc import Mapping
from dataclasses import dataclass

from pathway.domain import definition_values as read
from pathway.domain.definition import ClockKind, Group, LimitStatus, Slot
from pathway.domain.roles import Role

ANY_OPEN_STAGE = "*"
ANY_CLOSING_STEP = "closed"


@dataclass(frozen=True, slots=True)
class Column:
    """One key of a table. `to` is the field of the dataclass; `refers` the table in which its keys must exist."""

    reader: read.Reader
    required: bool = False
    refers: str = ""
    besides: frozenset[str] = frozenset()
    to: str = ""
    missing: str = ""


def _must(reader: read.Reader, refers: str = "", missing: str = "") -> Column:
    return Column(reader, True, refers, missing=missing)


def _names(refers: str, *besides: str, required: bool = False, to: str = "") -> Column:
    return Column(read.list_of(read.text), required, refers, frozenset(besides), to)


_TEXT = Column(read.text)
_FLAG = Column(read.flag)
_PERIOD = Column(read.period)
_KEY_AND_TITLE: Mapping[str, Column] = {"key": _must(read.key), "title": _must(read.text)}

TOP: Mapping[str, Column] = {
    "key": _must(read.key),
    "title": _must(read.text),
    "version": _must(read.number),
    "first_step": _must(read.key, "step"),
}

TABLES: Mapping[str, Mapping[str, Column]] = {
    "party": {**_KEY_AND_TITLE, "slot": _must(read.one_of(Slot))},
    "stage": {
        **_KEY_AND_TITLE,
        "group": _must(read.one_of(Group)),
        "held_by": _must(read.key, "party", missing="It has no owner: nobody would hold the child’s days."),
        "next_step": Column(read.key, refers="step"),
        "ways": _names("step"),
        "headline": _TEXT,
        "next_by": Column(read.list_of(read.one_of(Role))),
        "review_every": _PERIOD,
        "family": _must(read.text, missing="It has no family words: a family would see nothing."),
        "family_next": Column(read.text),
        "family_sees": Column(read.key, refers="stage"),
        "partners_see": Column(read.key, refers="stage"),
        "closed": _FLAG,
    },
    "step": {
        **_KEY_AND_TITLE,
        "from": _names("stage", ANY_OPEN_STAGE, to="from_stages"),
        "to": Column(read.key, refers="stage"),
        "by": Column(read.set_of(read.one_of(Role)), True, missing="Nobody may take this step."),
        "fields": Column(read.fields),
        "first": _FLAG,
        "tell_family": Column(read.key),
        "silent_because": _TEXT,
        "starts_side_state": Column(read.key, refers="side_state"),
        "ends_side_state": Column(read.key, refers="side_state"),
        "requires": _names("step"),
        "not_before": Column(read.not_before, refers="step"),
        "claims_exception": _FLAG,
        "shares_with": Column(read.list_of(read.slot_rule)),
        "hides_from": Column(read.list_of(read.slot_rule)),
        "names_coordinator": _FLAG,
        "stops_messages": _FLAG,
        "refuses_messages": Column(read.answers),
        "accepts_messages": Column(read.answers),
        "reveals_outcome": _FLAG,
        "snomed": _TEXT,
        "mhsds": Column(read.codes),
        "csds": Column(read.codes),
    },
    "clock": {
        **_KEY_AND_TITLE,
        "kind": Column(read.one_of(ClockKind)),
        "starts": Column(read.list_of(read.trigger), True, "step"),
        "stops": Column(read.list_of(read.trigger), False, "step"),
        "ends": Column(read.list_of(read.trigger), False, "step", frozenset({ANY_CLOSING_STEP})),
        "restarts": Column(read.list_of(read.trigger), False, "step"),
        "limit": _PERIOD,
        "due_soon": _PERIOD,
        "bands": Column(read.list_of(read.period)),
        "status": _must(read.one_of(LimitStatus)),
        "source": _TEXT,
        "agreed_by": Column(read.list_of(read.key)),
        "repeat": _FLAG,
        "restarts_when_family_reached": _FLAG,
        "first_day_counts": _FLAG,
        "date_field": Column(read.key),
        "at": Column(read.day_of_year),
        "before": _FLAG,
        "exceptions": Column(read.set_of(read.key), refers="exception"),
        "enabled": _FLAG,
        "family": _TEXT,
    },
    "exception": {**_KEY_AND_TITLE, "source": _must(read.text)},
    "task": {
        **_KEY_AND_TITLE,
        "owner": _must(read.key, "party", missing="It has no owner."),
        "by": _must(read.one_of(Role)),
        "within": _must(read.period),
        "opened_by": _names("step", required=True),
        "done_by": _names("step", required=True),
    },
    "side_state": {**_KEY_AND_TITLE, "family": _must(read.text), "held_by": Column(read.key, refers="party")},
    "outcome": {
        **_KEY_AND_TITLE,
        "family": _must(read.text),
        "snomed": _TEXT,
        "mhsds_autism_status": _TEXT,
    },
    "closure": {
        **_KEY_AND_TITLE,
        "family": _must(read.text),
        "rejection": _TEXT,
        "mhsds": _TEXT,
        "requires": _names("step"),
    },
}
"""Every table that a definition file may hold. Blocks are written as [[stage]], [[step]], …"""
