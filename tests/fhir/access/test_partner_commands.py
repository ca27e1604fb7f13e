"""`pathway partner`: a system is registered, shown, given other keys and scopes, let out and in; and each refusal is one sentence."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pathway.cli import main
from pathway.demo.partners import SYSTEMS, register_systems
from pathway.store import partners
from pathway.store.accounts import digest
from pathway.store.embedded import Addresses
from pathway.store.engine import Database
from pathway.store.scopes import WRITER
from pathway_fhir.access import key_pairs
from pathway_fhir.access.scopes import parse
from tests.fhir.access.partner_system import EC, OTHER, jwks
from tests.world import World


@pytest.fixture
def area(
    committed_world: World, committed_addresses: Addresses, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    """A folder for keys, with the commands pointed at the test's own database."""
    monkeypatch.setenv("PATHWAY_DATABASE_URL", committed_addresses.app_dsn)
    monkeypatch.setenv("PATHWAY_DATA", str(tmp_path / "data"))
    (tmp_path / "good.json").write_text(json.dumps(jwks(EC)))
    (tmp_path / "new.json").write_text(json.dumps(jwks(OTHER)))
    (tmp_path / "private.json").write_text(json.dumps({"keys": [EC.as_dict(private=True)]}))
    (tmp_path / "none.json").write_text("{")
    return tmp_path


async def called(*words: str) -> Result:
    """The command in a thread of its own, as it has a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, main, ["partner", *words])


def add(area: Path, **changes: str | None) -> list[str]:
    given = {
        "name": "GP system",
        "organisation": "7",
        "scopes": "system/*.read",
        "jwks": str(area / "good.json"),
    }
    return ["add", "surgery"] + [w for k, v in {**given, **changes}.items() if v for w in (f"--{k}", v)]


async def test_a_system_goes_through_its_whole_life(area: Path, committed: Database, world_gp: int) -> None:
    assert (await called("list")).output == ""
    done = await called(*add(area, organisation=str(world_gp), mode="sandbox"))
    assert (done.exit_code, "/fhir/R4/token, as client surgery." in done.output) == (0, True), done.output
    listed = (await called("list")).output
    for words in (
        "surgery ",
        "sandbox",
        "Market Street Surgery",
        "system/*.rs",
        "one",
        "strict",
        "last in never",
    ):
        assert words in listed
    found = await partners.by_client(committed, "surgery")
    assert found is not None
    async with committed.transaction(WRITER) as tx:
        await tx.execute(
            "INSERT INTO partner_token VALUES ($1, $2, $3, now() + interval '1 minute')",
            digest("token"), found.id, list(found.scopes),
        )  # fmt: skip
    assert await partners.holder_of(committed, "token") is not None
    assert (await called("keys", "surgery", "--jwks", str(area / "new.json"))).exit_code == 0
    assert await partners.holder_of(committed, "token") is None
    assert (
        await called("scopes", "surgery", "system/Task.rs")
    ).output == "The scopes are now system/Task.rs.\n"
    assert (await called("off", "surgery")).exit_code == 0
    assert "switched off" in (await called("list")).output
    assert (await called("on", "surgery")).exit_code == 0
    now = await partners.by_client(committed, "surgery")
    assert now is not None
    assert (now.jwks, now.scopes, now.active) == (jwks(OTHER), ("system/Task.rs",), True)


async def test_what_a_system_is_sent_is_said_and_shown(
    area: Path, committed: Database, world_gp: int
) -> None:
    await called(*add(area, organisation=str(world_gp)))
    nothing = await called("messages", "surgery")
    assert nothing.output == "surgery is sent nothing; mode off, endpoint not set.\n"
    done = await called(
        "messages",
        "surgery",
        "--wants",
        "stage end",
        "--endpoint",
        "https://gp.example/fhir",
        "--mode",
        "int",
    )
    assert done.output == "surgery is told of stage, end; mode int, endpoint https://gp.example/fhir.\n"
    assert "told of stage, end as partner:" in (await called("list")).output
    for words, said in (
        (
            ["surgery", "--wants", "everything"],
            "There are these kinds of message: stage, end, step, correction.",
        ),
        (["surgery", "--endpoint", "gp.example"], "begins with https://"),
        (["nobody", "--wants", "end"], "no partner of that client id"),
    ):
        refused = await called("messages", *words)
        assert (refused.exit_code, said in refused.output) == (
            2 if words[0] == "surgery" else refused.exit_code,
            True,
        )
    found = await partners.by_client(committed, "surgery")
    assert found is not None
    assert found.wants == ("stage", "end")


@pytest.fixture
def world_gp(committed_world: World) -> int:
    return committed_world.org["gp"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"organisation": "Q99999"}, "No organisation of this area has that"),
        ({"scopes": "patient/*.rs"}, "Scope 1 of the list"),
        ({"scopes": " "}, "Name at least one scope"),
        ({"jwks": None}, "either a file with the public keys"),
        ({"jwks-url": "https://gp.example/jwks"}, "either a file with the public keys"),
        ({"jwks": None, "jwks-url": "http://gp.example/jwks"}, "must begin with https://"),
        ({"jwks": "private.json"}, "holds a private key"),
        ({"jwks": "none.json"}, "is not JSON"),
    ],
)
async def test_what_cannot_be_registered_is_refused_in_one_sentence(
    area: Path, changes: dict[str, str | None], words: str
) -> None:
    given = {k: str(area / v) if k == "jwks" and v else v for k, v in changes.items()}
    refused = await called(*add(area, **given))
    assert refused.exit_code == 2
    assert words in refused.output
    assert refused.output.count("\n") == 1


async def test_a_client_that_is_not_there_is_named_as_such(area: Path) -> None:
    for words in (
        ["off", "x"],
        ["on", "x"],
        ["scopes", "x", "system/*.rs"],
        ["keys", "x", "--jwks", str(area / "good.json")],
    ):
        refused = await called(*words)
        assert (refused.exit_code, "no partner of that client id" in refused.output) == (2, True)


async def test_a_token_is_asked_for_as_the_partner_would(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(key_pairs, "ask_for_token", lambda *given: asked.append(given) or "a token")
    (area / "data" / "partners").mkdir(parents=True)
    (area / "data" / "partners" / "surgery.private.json").write_text(json.dumps(EC.as_dict(private=True)))
    assert (await called("token", "surgery")).output == "a token\n"
    ((audience, signed, scope),) = asked
    assert (audience, scope) == ("http://127.0.0.1:8000/fhir/R4/token", "system/*.cruds")
    assert signed.count(".") == 2
    for file, words in (("none.json", "no private key as a JWK"), ("good.json", "no private key as a JWK")):
        refused = await called("token", "surgery", "--key", str(area / file))
        assert (refused.exit_code, words in refused.output) == (2, True), refused.output
    refused = await called("token", "nobody")
    assert (refused.exit_code, "cannot be read" in refused.output) == (2, True)


async def test_the_demonstrations_systems_have_their_keys_beside_the_database(
    committed: Database, tmp_path: Path
) -> None:
    async with committed.transaction(WRITER) as tx:
        for system in SYSTEMS:
            await tx.execute(
                "INSERT INTO organisation (id, kind, name) VALUES ($1, 'other', $2)",
                system.organisation_id, system.name,
            )  # fmt: skip
    await register_systems(committed, tmp_path)
    found = {one.client_id: one for one in await partners.listed(committed)}
    assert found.keys() == {"trust-pas", "gp-system", "council-cases", "icb-data"}
    for client, one in found.items():
        private = tmp_path / "partners" / f"{client}.private.json"
        assert private.stat().st_mode & 0o077 == 0
        assert one.jwks == key_pairs.public_set(key_pairs.read_private(private))
        assert one.mode == "stub"
    data = parse(" ".join(found["icb-data"].scopes))
    assert data.allows("MeasureReport", "r")
    assert not data.allows("Patient", "r")
