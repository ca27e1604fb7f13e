"""Every error the product raises on purpose, as one tree.

An error is a sentence for the person who meets it: what happened, and what to do. The first line of a class's
docstring is its title (a heading on the page, `title` in RFC 9457 problem+json); the class name in kebab case is
its `code` (the end of the problem's `type`); `status` is the HTTP status a door answers with.

No sentence repeats what was typed about a child: messages reach logs, and logs hold no personal data.
"""

import re
from collections.abc import Awaitable, Callable
from typing import ClassVar
from uuid import UUID


def _kebab(name: str) -> str:
    """`InvalidNhsNumber` as `invalid-nhs-number`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


class PathwayError(Exception):
    """Something went wrong"""

    title: ClassVar[str] = "Something went wrong"
    code: ClassVar[str] = "pathway-error"
    status: ClassVar[int] = 500

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.code = _kebab(cls.__name__)
        # Under `python -OO` there are no docstrings; the class name still makes a readable title.
        lines = (cls.__doc__ or "").strip().splitlines()
        cls.title = lines[0].rstrip(".") if lines else cls.code.replace("-", " ").capitalize()

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


# --- What was asked cannot be read ----------------------------------------------------------------------------


class UnreadableRequest(PathwayError):
    """The request cannot be read"""

    status = 400


class TooLarge(PathwayError):
    """This is too large to send"""

    status = 413


class VersionMissing(PathwayError):
    """Say which version of the record you saw"""

    status = 428


class InvalidInput(PathwayError):
    """There is a problem with what was entered

    `field` is the name of the field the sentence belongs beside, or None where it is about the whole form.
    """

    status = 422

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class LockedLimit(InvalidInput):
    """A statutory or national limit is never loosened"""


class InvalidIdentifier(InvalidInput):
    """An identifier is not written correctly"""


class InvalidNhsNumber(InvalidIdentifier):
    """The NHS number is not valid"""


class InvalidUpn(InvalidIdentifier):
    """The unique pupil number (UPN) is not valid"""


class InvalidOdsCode(InvalidIdentifier):
    """The ODS organisation code is not valid"""


class InvalidUrn(InvalidIdentifier):
    """The school's unique reference number (URN) is not valid"""


class InvalidPostcode(InvalidIdentifier):
    """The postcode is not valid"""


class InvalidPhoneNumber(InvalidIdentifier):
    """The telephone number is not valid"""


# --- Who asked, and for what ----------------------------------------------------------------------------------


class NotSignedIn(PathwayError):
    """Sign in first"""

    status = 401


class NotAllowed(PathwayError):
    """You cannot do this"""

    status = 403


class TooManyTries(PathwayError):
    """Too many tries

    `wait` is the number of seconds after which another try is looked at.
    """

    status = 429

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class NotFound(PathwayError):
    """Not found

    Also the answer about a child whom the person asking may not know of: the two must look alike.
    """

    status = 404


# --- What was asked does not fit what is already recorded -----------------------------------------------------


class Conflict(PathwayError):
    """This does not fit what is already recorded"""

    status = 409


class StaleVersion(Conflict):
    """Someone else has changed this record since you opened it

    `version` is the version now; `changes` says who changed what since, one line for each, without names.
    """

    status = 412

    def __init__(self, message: str, version: int, changes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.version = version
        self.changes = changes


class StepNotAllowed(Conflict):
    """This step cannot be taken from here

    `allowed` holds the keys of the steps that can, so that every door can offer them.
    """

    def __init__(self, message: str, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.allowed = allowed


class ImpossibleHistory(Conflict):
    """This would contradict what is recorded

    `event` is the fact that cannot stand; `stage` is the stage of its day, where that is the reason.
    """

    def __init__(self, message: str, event: UUID | None = None, stage: str = "") -> None:
        super().__init__(message)
        self.event = event
        self.stage = stage


class AlreadyReferred(Conflict):
    """A referral is already open

    Says only that there is one: never by whom, where, or how far it is. `keep_protections` writes down again what protects the
    child, for whoever undoes the transaction in which that was done (docs/rules.md 12, 19).
    """

    keep_protections: Callable[[], Awaitable[None]] | None = None


class DuplicateRequest(Conflict):
    """This has already been sent, with different content"""


# --- What the product was set up with -------------------------------------------------------------------------


class CalendarUnknown(PathwayError):
    """The calendar does not reach this date"""


class DefinitionError(PathwayError):
    """A definition file cannot be used

    Carries the file, the line (None where the whole file is at fault), what is wrong and what to write instead.
    `also` holds the other faults of the same file, so that an author mends them all in one go.
    """

    status = 422

    def __init__(
        self, file: str, line: int | None, wrong: str, instead: str, also: tuple["DefinitionError", ...] = ()
    ) -> None:
        place = file if line is None else f"{file}, line {line}"
        super().__init__("\n".join([f"{place}: {wrong} {instead}", *(fault.message for fault in also)]))
        self.file = file
        self.line = line
        self.wrong = wrong
        self.instead = instead
        self.also = also

    @property
    def faults(self) -> tuple["DefinitionError", ...]:
        """Every fault of the file, this one first."""
        return (self, *self.also)


# --- What the product runs on ---------------------------------------------------------------------------------


class SettingsRefused(PathwayError):
    """The settings are not complete"""


class DatabaseUnavailable(PathwayError):
    """The database does not answer"""

    status = 503


class NotSent(PathwayError):
    """A message could not be sent

    `final` where trying again will not help: a person has to look.
    """

    status = 502

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class NationalServiceSilent(PathwayError):
    """A national service gave no answer"""

    status = 502


class UnsafeDatabase(PathwayError):
    """The database is not set up safely"""


class TransactionMisused(PathwayError):
    """A database transaction was used in a way that could lose or mix facts"""


class MigrationRefused(PathwayError):
    """The database cannot be brought up to date"""


def place_of(error: BaseException) -> str:
    """Where an unforeseen error arose, for the log: file and line, never its text, which may hold what somebody typed."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "unknown"
