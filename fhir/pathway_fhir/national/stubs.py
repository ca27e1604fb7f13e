"""Services played in this process that know nobody: what is asked of them is answered as the real ones answer then."""

import json

from pathway_fhir.client.calling import Answer, Call


def nobody(_: Call) -> Answer:
    """An empty list, as a search that finds nothing."""
    empty = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    return Answer(200, {}, json.dumps(empty).encode())


def empty_worklist(_: Call) -> Answer:
    """A worklist on which nobody waits."""
    return Answer(
        200, {}, json.dumps({"resourceType": "List", "status": "current", "mode": "snapshot"}).encode()
    )


def no_such_organisation(_: Call) -> Answer:
    """The national list without an entry of that code, in the form of the ORD interface."""
    return Answer(404, {}, json.dumps({"errorCode": 404, "errorText": "Not found"}).encode())
