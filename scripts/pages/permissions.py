"""docs/reference/permissions.md: what each role may do at all, from the table the routes are checked against."""

from pathway.domain.roles import PERMISSIONS, ROLE_TITLES, Permission
from scripts.pages.markdown import code, table


def page() -> str:
    rows = [
        (code(permission), *("yes" if permission in PERMISSIONS[role] else "" for role in PERMISSIONS))
        for permission in Permission
    ]
    return table(("Permission", *(ROLE_TITLES[role] for role in PERMISSIONS)), rows)
