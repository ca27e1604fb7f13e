"""The towns, streets and schools of Moorshire. None of them exists; nor does the postcode area MZ."""

from typing import Final

TOWNS: Final = (
    "Moorminster", "Castle Bray", "Ferrybridge Quay", "Tawford", "Ottermouth", "Hartcombe", "Kingsbridge Moor",
    "Northwick", "Saltcombe", "Bellever", "Ashwater", "Thornbury Cross", "Lydstone", "Merripit", "Dunsbeare",
    "Withycombe St Mary", "Coldridge", "Harbour Point", "Penhallow", "Riverton", "Stagford", "Wistman's Cross",
    "Yarcombe Vale", "Zeal Abbot",
)  # fmt: skip
"""Large towns first: a child is more often from one of the first."""

NORTH: Final = 12
"""The first so many towns are served by the county team of the south, the others by the team of the north."""

STREETS: Final = (
    "Mill Lane", "Church Road", "High Street", "Station Road", "Orchard Close", "Fore Street", "Abbots Way",
    "Meadow View", "Quay Street", "Copse Drive", "Bramble Close", "Kiln Lane", "Tanners Row", "Foundry Street",
    "Longmead", "Barton Hill", "Chapel Street", "Primrose Avenue", "Hillside Crescent", "Badgers Walk",
    "Castle Street", "Market Place", "Rectory Gardens", "Weavers Court", "Heron Way", "Old Dairy Lane",
)  # fmt: skip

SCHOOL_FORMS: Final = (
    "{town} Primary School",
    "St {saint}’s Church of England Primary School, {town}",
    "{town} Community College",
    "{tree} Nursery and Infant School, {town}",
    "{tree} Road Junior School, {town}",
)
SAINTS: Final = ("Petroc", "Brannock", "Hilda", "Aidan", "Margaret", "Cuthbert", "Agnes", "Thomas")
TREES: Final = ("Rowan", "Alder", "Hazel", "Willow", "Birch", "Elm", "Maple", "Hawthorn")

SURGERIES: Final = (
    "Market Street Surgery", "Quayside Practice", "The Old Forge Surgery", "Riverside Health Centre",
    "Abbey Medical Practice", "Hillcrest Surgery", "Castle Gate Practice", "Beacon Medical Group",
    "Millbrook Surgery", "Orchard Health Centre", "Moorland Practice", "St Brannock’s Surgery",
    "Harbour View Practice", "Greenway Medical Centre", "Lime Tree Surgery", "Bridge House Practice",
    "Northfield Health Centre", "The Willows Surgery",
)  # fmt: skip

INWARD_LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"
"""The letters of the second part of a postcode; C, I, K, M, O and V are never used there."""
