"""The words that a definition may choose from: whose days, which group, what type of answer, what kind of clock."""

from enum import StrEnum


class Slot(StrEnum):
    """Whose days a wait can be: an organisation's place on the episode, or the family."""

    REFERRER = "referrer"
    PROVIDER = "provider"
    COUNCIL = "council"
    SCHOOL = "school"
    FAMILY = "family"


class Group(StrEnum):
    """NHS England's five stages (national framework, April 2023), with what lies before and after."""

    IDENTIFICATION = "identification"
    TRIAGE = "triage"
    PRE_ASSESSMENT = "pre_assessment"
    ASSESSMENT = "assessment"
    SUPPORT = "support"
    CLOSED = "closed"


class FieldType(StrEnum):
    """What a step asks for. Free text is encrypted with the child's key; the rest stays with the event."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    DATE = "date"
    NUMBER = "number"
    TEXT = "text"
    LONG_TEXT = "long_text"
    ORGANISATION = "organisation"

    @property
    def is_free_text(self) -> bool:
        return self in (FieldType.TEXT, FieldType.LONG_TEXT)


class LimitStatus(StrEnum):
    """Where a limit comes from. Statutory and national limits are locked: agreement only tightens them."""

    STATUTORY = "statutory"
    NATIONAL = "national"
    LOCAL = "local"

    @property
    def is_locked(self) -> bool:
        return self is not LimitStatus.LOCAL


class ClockKind(StrEnum):
    """How a clock's due date follows from the facts."""

    STEP_TO_STEP = "step_to_step"
    RECURRING = "recurring"
    FIXED_DATE = "fixed_date"
    BEFORE_DATE = "before_date"
    NOT_EARLIER = "not_earlier"
