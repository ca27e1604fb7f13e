"""Asking a national service: with our token and in our name, again with a new token, left alone when it does not answer."""

from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from pathway.domain.errors import SettingsRefused
from pathway.settings import load
from pathway.store.engine import Database
from pathway_fhir.client.calling import Answer, Call, NoAnswer
from pathway_fhir.client.heading import Sender
from pathway_fhir.client.tokens import NoToken
from pathway_fhir.national.addresses import INTERFACES, ODS, PDS, Place, place_of
from pathway_fhir.national.asking import National, NotAnswered, NotNow
from tests.fhir.national.asked import NOW, asking

PATIENT = b'{"resourceType": "Patient", "id": "9000000009"}'
LIVE = {"pds": Place("live", "https://api.service.nhs.uk/personal-demographics/FHIR/R4"),
        "ods": Place("live", "https://directory.spineservices.nhs.uk/ORD/2-0-0")}  # fmt: skip


@dataclass
class Line:
    """The way to the other side, played: what was sent, and what is answered in turn."""

    answers: list[Answer | NoAnswer]
    sent: list[Call] = field(default_factory=list)

    async def call(self, call: Call) -> Answer:
        self.sent.append(call)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, NoAnswer):
            raise found
        return found

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Keeper:
    """The tokens of the platform, played: a new one after each that was refused."""

    token_url: str = "https://api.service.nhs.uk/oauth2/token"
    given: int = 1
    fails: NoToken | None = None

    @property
    def client(self) -> "Keeper":
        return self

    async def token(self) -> str:
        if self.fails:
            raise self.fails
        return f"token-{self.given}"

    def forget(self, token: str) -> None:
        assert token == f"token-{self.given}"
        self.given += 1


def live(database: Database, line: Line, keeper: Keeper | None) -> National:
    return National(
        database, line, LIVE, {}, Sender("ZMP01", "Team"), keeper, lambda: NOW,  # type: ignore[arg-type]
    )  # fmt: skip


async def test_a_live_question_bears_our_token_and_our_code(rolled_back: Database) -> None:
    line = Line([Answer(200, {}, PATIENT)])
    await live(rolled_back, line, Keeper()).ask(PDS, "GET", "/Patient/9000000009", request_id=uuid4())
    [sent] = line.sent
    assert sent.headers["Authorization"] == "Bearer token-1"
    assert sent.headers["NHSD-End-User-Organisation-ODS"] == "ZMP01"
    assert sent.correlation_id is not None


async def test_a_token_that_is_refused_is_replaced_once_and_the_question_stays_the_same(
    rolled_back: Database,
) -> None:
    no = Answer(401, {}, b'{"resourceType": "OperationOutcome", "issue": [{"code": "login"}]}')
    line = Line([no, Answer(200, {}, PATIENT)])
    keeper = Keeper()
    asked = uuid4()
    await live(rolled_back, line, keeper).ask(PDS, "GET", "/Patient/9000000009", request_id=asked)
    assert [call.headers["Authorization"] for call in line.sent] == ["Bearer token-1", "Bearer token-2"]
    assert {call.request_id for call in line.sent} == {asked}
    line = Line([no])
    with pytest.raises(NotAnswered, match="does not let us in"):
        await live(rolled_back, line, keeper).ask(PDS, "GET", "/Patient/9000000009")
    assert len(line.sent) == 2


async def test_nothing_is_asked_without_a_key_or_with_anothers_token(rolled_back: Database) -> None:
    line = Line([Answer(200, {}, PATIENT)])
    with pytest.raises(NotAnswered, match="PATHWAY_PLATFORM_KEY_FILE"):
        await live(rolled_back, line, None).ask(PDS, "GET", "/Patient/9000000009")
    with pytest.raises(NotAnswered, match="another host"):
        await live(rolled_back, line, Keeper("https://int.api.service.nhs.uk/oauth2/token")).ask(
            PDS, "GET", "/"
        )
    assert line.sent == []


@pytest.mark.parametrize(("later", "kind"), [(True, NotNow), (False, NotAnswered)])
async def test_a_platform_that_gives_no_token_is_asked_later_or_not(
    rolled_back: Database, later: bool, kind: type[Exception]
) -> None:
    keeper = Keeper(fails=NoToken("invalid_request", "Missing 'kid' header", later=later))
    with pytest.raises(kind):
        await live(rolled_back, Line([Answer(200, {}, PATIENT)]), keeper).ask(PDS, "GET", "/")


async def test_the_open_list_is_asked_without_either(rolled_back: Database) -> None:
    line = Line([Answer(200, {}, b"{}")])
    await live(rolled_back, line, Keeper()).ask(ODS, "GET", "/organisations/RH8")
    assert not {"Authorization", "NHSD-End-User-Organisation-ODS"} & set(line.sent[0].headers)


async def test_a_service_that_does_not_answer_is_left_alone_for_a_while(rolled_back: Database) -> None:
    line = Line([NoAnswer("No connection could be made.", sent=False)])
    national = live(rolled_back, line, Keeper())
    for _ in range(6):
        with pytest.raises(NotNow) as later:
            await national.ask(PDS, "GET", "/Patient/9000000009")
    assert len(line.sent) == 5, "the sixth was not sent"
    assert "left alone" in later.value.sentence
    assert later.value.wait.total_seconds() == 30


def test_each_mode_has_its_address() -> None:
    at = {mode: place_of(PDS, load(pds_mode=mode)).base for mode in ("sandbox", "int", "live")}
    assert at == {
        "sandbox": "https://sandbox.api.service.nhs.uk/personal-demographics/FHIR/R4",
        "int": "https://int.api.service.nhs.uk/personal-demographics/FHIR/R4",
        "live": "https://api.service.nhs.uk/personal-demographics/FHIR/R4",
    }
    assert place_of(PDS, load(pds_mode="sandbox", pds_url="http://127.0.0.1:1/")).base == "http://127.0.0.1:1"
    with pytest.raises(SettingsRefused, match="no sandbox"):
        place_of(ODS, load(ods_mode="sandbox"))


def test_every_service_is_off_until_it_is_set(rolled_back: Database) -> None:
    assert {place_of(one, load()).mode for one in INTERFACES.values()} == {"off"}
    assert not any(asking(rolled_back).is_on(one) for one in INTERFACES.values())
