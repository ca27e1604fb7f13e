"""The parts that every resource is made of, and the parts that every received one is read by."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathway_fhir.mapping import datatypes as made
from pathway_fhir.mapping import received
from pathway_fhir.outcome import IssueType, Refused

ON = date(2026, 3, 31)


def test_what_is_empty_is_dropped_at_every_depth_and_false_and_zero_are_kept() -> None:
    before = {"a": "", "b": [{}, {"c": None}], "d": False, "e": 0, "f": [{"g": "x", "h": []}]}
    assert made.without_empty(before) == {"d": False, "e": 0, "f": [{"g": "x"}]}


def test_a_resource_claims_its_profile_and_one_without_a_profile_claims_none() -> None:
    at = datetime(2026, 3, 31, 12, tzinfo=UTC)
    child = made.resource("Patient", "a", {}, version=2, changed_at=at, restricted=True)
    assert child["meta"] == {
        "versionId": "2",
        "lastUpdated": "2026-03-31T12:00:00+00:00",
        "profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"],
        "security": [made.RESTRICTED],
    }
    assert "meta" not in made.resource("MeasureReport", "a", {})


@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2200, 1, 1)), st.integers(-12, 14))  # noqa: DTZ001
def test_an_instant_is_read_back_as_it_was(at: datetime, hours: int) -> None:
    there = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert received.moment(made.instant(there)) == there


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        made.instant(datetime(2026, 3, 31))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2026-07-01", date(2026, 7, 1)),
        ("2026-07-01T23:30:00Z", date(2026, 7, 2)),
        ("2026-07-01T23:30:00.1234567+01:00", date(2026, 7, 1)),
    ],
)
def test_a_day_is_the_day_in_london(sent: str, day: date) -> None:
    reading = received.Reading("ServiceRequest")
    assert received.whole_day(reading, sent, "authoredOn", what="the day") == day
    reading.end()


@pytest.mark.parametrize(
    "sent", ["1999", "1999-07", "1999-02-30", "19990701", "1 July", "1999-07-01T10:00:00", "0001-01-01T00:00:00+14:00"]
)  # fmt: skip
def test_part_of_a_date_and_no_date_are_refused_where_they_stand(sent: str) -> None:
    reading = received.Reading("Patient")
    assert received.whole_day(reading, sent, "birthDate", what="the date of birth") is None
    with pytest.raises(Refused) as refused:
        reading.end()
    assert refused.value.issues[0].expression == ("Patient.birthDate",)
    assert sent not in refused.value.issues[0].text


def test_a_warning_lets_the_resource_pass() -> None:
    reading = received.Reading("Patient")
    reading.warn(IssueType.CODE_INVALID, "Not known here.", "gender")
    reading.end()
    assert reading.issues[0].expression == ("Patient.gender",)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JUNK)
def test_a_wrong_shape_is_read_as_absent(junk: object) -> None:
    assert isinstance(received.one(junk), dict)
    assert all(isinstance(element, dict) for _, element in received.several(junk))
    assert isinstance(received.words(junk), str)
    assert received.code({"coding": junk}, "http://snomed.info/sct") == ""
    assert isinstance(received.pointed(junk).reference, str)
    assert received.contact_now(junk, "phone", ON) == (-1, "")


def test_the_name_of_the_day_is_the_official_one_in_force() -> None:
    names = [
        {"use": "old", "family": "Before"},
        {"use": "official", "family": "Ended", "period": {"end": "2020"}},
        {"use": "usual", "family": "Now", "period": {"start": "2020-06"}},
    ]
    found = received.name_now(names, ON)
    assert found is not None
    assert found[1]["family"] == "Now"
    ended = received.name_now(names[:2], ON)
    assert ended is not None
    assert ended[1]["family"] == "Ended"


def test_a_reference_says_its_type_by_its_address() -> None:
    told = received.pointed({"reference": "https://there.example/FHIR/R4/Patient/1/_history/2"})
    assert (told.type, bool(told)) == ("Patient", True)
    assert "there" not in repr(told)
    assert not received.pointed({"display": "A school"})
