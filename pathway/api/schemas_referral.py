"""A referral as another system sends it, and what it is told."""

from typing import Annotated, Literal, TypeVar
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from pathway.api.schemas import Answer, Body, Day, Key, Line, Number, Text, YesNo
from pathway.domain.errors import InvalidInput
from pathway.domain.identifiers import NhsNumber, Postcode, Upn
from pathway.domain.phone_numbers import PhoneNumber
from pathway.domain.referral import CarerDetails, ChildDetails, Referral

Kind = TypeVar("Kind", NhsNumber, Postcode, Upn, PhoneNumber)
Channel = Literal["email", "text", "letter", "telephone"]
Sex = Literal["female", "male", "indeterminate", "not_known"]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Email = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[^\x00-\x20\x7f@]+@[^\x00-\x20\x7f@]+\.[^\x00-\x20\x7f@]+$"),
]

_EXAMPLE: JsonDict = {
    "pathway": "autism",
    "received_on": "2026-11-20",
    "child": {
        "first_name": "Amira",
        "family_name": "Stone",
        "birth_date": "2018-05-01",
        "nhs_number": "9990000026",
        "postcode": "EX1 1AA",
        "address": ["12 Mill Lane"],
    },
    "carers": [
        {
            "name": "Nadia Stone",
            "relationship": "mother",
            "email": "nadia.stone@example.com",
            "parental_responsibility": True,
            "may_be_told": True,
        }
    ],
    "answers": {"source": "school", "family_agrees": "yes"},
    "school_id": 5,
}


class ChildBody(Body):
    """Who the child is. `restricted` hides where they are from everyone, and needs a safe contact."""

    first_name: Line
    family_name: Line
    birth_date: Day
    nhs_number: Line | None = None
    upn: Line | None = None
    sex: Sex = "not_known"
    pronouns: Line | None = None
    language: Language = "en"
    interpreter: YesNo = False
    looked_after: YesNo = False
    restricted: YesNo = False
    safe_contact: Line | None = None
    address: Annotated[list[Line], Field(max_length=6, default_factory=list)]
    postcode: Line | None = None


class CarerBody(Body):
    """A parent or carer, how they are to be told, and whether they may be."""

    name: Line
    relationship: Line
    parental_responsibility: YesNo
    may_be_told: YesNo
    email: Email | None = None
    phone: Line | None = None
    channel: Channel = "email"
    language: Language = "en"
    needs: Annotated[list[Line], Field(max_length=10, default_factory=list)]


class ReferralBody(Body):
    """A referral to one pathway. `received_on` is the day it first came in, and starts the wait.

    `answers` are those to the pathway's first step, by the key of the field; GET /api/pathways/{key} lists them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"example": _EXAMPLE})

    pathway: Key
    received_on: Day
    child: ChildBody
    carers: Annotated[list[CarerBody], Field(max_length=6, default_factory=list)]
    answers: dict[Key, Text] = Field(default_factory=dict)
    school_id: Number | None = None
    referrer_id: Number | None = None


class ReferralMade(Answer):
    """The episode and its reference. `being_checked`: a person will first make sure who the child is."""

    episode: UUID
    reference: str
    being_checked: bool


def referral_of(body: ReferralBody) -> Referral:
    """The referral with its identifiers parsed. InvalidInput names the field at fault."""
    return Referral(
        body.pathway,
        _child(body.child),
        body.received_on,
        tuple(_carer(carer, f"carers[{n}]") for n, carer in enumerate(body.carers)),
        dict(body.answers),
        school_id=body.school_id,
        referrer_id=body.referrer_id,
    )


def _child(body: ChildBody) -> ChildDetails:
    return ChildDetails(
        body.first_name.strip(),
        body.family_name.strip(),
        body.birth_date,
        nhs_number=_parsed(NhsNumber, body.nhs_number, "child.nhs_number"),
        upn=_parsed(Upn, body.upn, "child.upn"),
        sex=body.sex,
        pronouns=body.pronouns or "",
        language=body.language,
        interpreter=body.interpreter,
        looked_after=body.looked_after,
        restricted=body.restricted,
        safe_contact=(body.safe_contact or "").strip(),
        address=tuple(body.address),
        postcode=_parsed(Postcode, body.postcode, "child.postcode"),
    )


def _carer(body: CarerBody, place: str) -> CarerDetails:
    phone = _parsed(PhoneNumber, body.phone, f"{place}.phone")
    return CarerDetails(
        body.name.strip(),
        body.relationship.strip(),
        email=body.email or "",
        phone=phone.value if phone else "",
        channel=body.channel,
        language=body.language,
        parental_responsibility=body.parental_responsibility,
        may_be_told=body.may_be_told,
        needs=tuple(body.needs),
    )


def _parsed(kind: type[Kind], text: str | None, field: str) -> Kind | None:
    try:
        return kind.parse(text) if text else None
    except InvalidInput as fault:
        fault.field = field
        raise
