"""What the process keeps for those who call over FHIR: who called lately, partners' keys, and our own address."""

from dataclasses import dataclass

from pathway.store.engine import Database
from pathway_fhir.access.caller import Callers
from pathway_fhir.access.key_sets import KeySets


@dataclass(frozen=True, slots=True)
class Access:
    """One for each process, in the application's state as `fhir`. `base_url` is ours, without a slash at the end."""

    callers: Callers
    key_sets: KeySets
    base_url: str

    @classmethod
    def over(cls, database: Database, base_url: str) -> "Access":
        return cls(Callers(database), KeySets(), base_url)

    async def close(self) -> None:
        await self.key_sets.close()
