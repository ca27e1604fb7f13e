"""What was searched for reaches no log: not the application's, at whatever level, and not the web server's."""

import logging
import logging.config

import pytest

from pathway.cli.running import log_config
from tests.fhir.server.calling import NHS, calling
from tests.world import World, nhs_number

NUMBER = nhs_number(4711).value


async def test_the_application_logs_nothing_of_a_search(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with calling(world) as them:
        with caplog.at_level(logging.DEBUG):
            for query in ("identifier", "patient.identifier", "name", "no-such-parameter"):
                for name in ("Patient", "Task", "Flag"):
                    await them.get(name, **{query: f"{NHS}|{NUMBER}"})
            form = "application/x-www-form-urlencoded"
            sent = f"identifier={NUMBER}".encode()
            await them.call("POST", "Patient/_search", sent, Content_Type=form)
    # The test's own client logs what it asks for, and so shows that every line is looked at.
    client = [record for record in caplog.records if record.name.startswith("httpx")]
    assert [record for record in client if NUMBER in record.getMessage()]
    logged = [record.getMessage() for record in caplog.records if record not in client]
    assert not [line for line in logged if NUMBER in line]


def test_the_web_server_logs_addresses_without_what_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("uvicorn.access")
    kept = logger.handlers[:], logger.level, logger.propagate
    try:
        logging.config.dictConfig(log_config())
        asked = ("127.0.0.1:1", "GET", f"/fhir/R4/Patient?identifier={NUMBER}", "1.1", 200)
        logger.info('%s - "%s %s HTTP/%s" %d', *asked)
    finally:
        logger.handlers, logger.level, logger.propagate = kept
    written = capsys.readouterr().out
    assert '"GET /fhir/R4/Patient HTTP/1.1" 200' in written
    assert NUMBER not in written
