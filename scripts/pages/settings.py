"""docs/reference/settings.md: every knob, from `pathway.settings`."""

from pathway.settings import knobs
from scripts.pages.markdown import code, table


def page() -> str:
    rows = [(code(knob.variable), code(knob.default) or "not set", knob.sentence) for knob in knobs()]
    return table(("Variable", "Default", "What it is"), rows)
