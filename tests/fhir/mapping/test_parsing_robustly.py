"""Whatever is sent, a mapper gives a value or refuses with reasons: it never fails in another way, and repeats nothing sent."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathway_fhir.mapping import (
    consent,
    document_sent,
    organization,
    patient,
    proxy_role,
    questionnaire_response,
    related_person,
    service_request_sent,
)
from pathway_fhir.outcome import Refused
from pathway_fhir.vocabulary import referrals
from tests.fhir.mapping.made_up import AUTISM, DEFINITIONS, TODAY
from tests.fhir.mapping.test_consent import WITHDRAWN
from tests.fhir.mapping.test_document_reference import document
from tests.fhir.mapping.test_patient import CHILD, SAFE, R
from tests.fhir.mapping.test_questionnaire_response import AGREES, SOURCE, form
from tests.fhir.mapping.test_related_person import MOTHER
from tests.fhir.mapping.test_service_request import REFERRAL

PATHWAYS = referrals.pathways_by_code(DEFINITIONS.values())
Parse = Callable[[Any], object]
READERS: dict[str, tuple[Parse, dict[str, Any]]] = {
    "patient": (lambda sent: patient.parse(sent, TODAY), {**CHILD, "meta": R, "contact": [SAFE]}),
    "related_person": (lambda sent: related_person.parse(sent, TODAY), MOTHER),
    "service_request": (lambda sent: service_request_sent.parse(sent, PATHWAYS), REFERRAL),
    "form": (lambda sent: questionnaire_response.parse(sent, DEFINITIONS), form(SOURCE, AGREES)),
    "consent": (lambda sent: consent.parse(sent, AUTISM), WITHDRAWN),
    "agreement": (consent.agreed, WITHDRAWN),
    "proxy_role": (lambda sent: proxy_role.parse(sent, sent), WITHDRAWN),
    "organization": (organization.parse, {"resourceType": "Organization", "identifier": []}),
    "document": (document_sent.parse, document()),
}
MARK = "Zqxwv"
"""A word that no sentence of ours holds."""
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.just(MARK)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def places(element: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a resource, so that each is struck as often as any other."""
    inner = (
        element.items()
        if isinstance(element, dict)
        else enumerate(element)
        if isinstance(element, list)
        else ()
    )
    return [path, *(found for key, value in inner for found in places(value, (*path, key)))]


def struck(resource: dict[str, Any], path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    changed = deepcopy(resource)
    holder: Any = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = junk
    return changed


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=300)
@given(data=st.data())
def test_what_is_sent_is_read_or_refused(name: str, data: st.DataObject) -> None:
    parse, resource = READERS[name]
    changed = struck(resource, data.draw(st.sampled_from(places(resource))), data.draw(JUNK))
    try:
        parse(changed)
    except Refused as refused:
        said = str(refused) + str(refused.issues)
        assert refused.status == 422 and MARK not in said, said  # noqa: PT017, PT018
