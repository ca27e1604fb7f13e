"""One cell of a list: what it says once spreadsheet habits are taken off, or why it cannot be taken.

A cell that a spreadsheet would run as a formula is never kept: it is refused with its column named. Sentences here say
what is wrong with a cell and never repeat what stands in it.
"""

import re
from collections.abc import Mapping
from typing import Final

from pathway.domain.definition import Field, FieldType
from pathway.domain.sheet_columns import plain

NOTHING: Final = frozenset({"", "-", "–", "n/a", "na", "none", "null", "nil", "unknown", "not known", "tbc"})
_AS_TEXT: Final = re.compile(r'="([^"]*)"')
_SHOWN_AS_TEXT: Final = re.compile(r"'([=+\-@].*)", re.DOTALL)
_TELEPHONE: Final = re.compile(r"\+[\d\s()\-]{8,}")
_SPREADSHEET_ERRORS: Final = frozenset(
    {"#ref!", "#n/a", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#spill!"}
)
# UTF-8 read as Windows-1252 and saved again (é as Ã©), and the sign for a letter that was lost.
_DAMAGED: Final = re.compile("\ufffd|Ã[\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]|â€")
_SHORTENED: Final = re.compile(r"\d(?:\.\d+)?e\+\d+", re.IGNORECASE)

YES: Final = frozenset({"yes", "y", "true", "1", "x"})
NO: Final = frozenset({"no", "n", "false", "0"})
SEXES: Final[dict[str, str]] = {
    "f": "female", "female": "female", "girl": "female", "2": "female",
    "m": "male", "male": "male", "boy": "male", "1": "male",
    "9": "indeterminate", "indeterminate": "indeterminate", "0": "not_known", "not known": "not_known",
}  # fmt: skip
LANGUAGES: Final[dict[str, str]] = {
    "english": "en", "welsh": "cy", "polish": "pl", "romanian": "ro", "panjabi": "pa", "punjabi": "pa", "urdu": "ur",
    "portuguese": "pt", "spanish": "es", "arabic": "ar", "bengali": "bn", "gujarati": "gu", "italian": "it",
    "tamil": "ta", "french": "fr", "lithuanian": "lt", "turkish": "tr", "bulgarian": "bg", "hungarian": "hu",
    "farsi": "fa", "persian": "fa", "somali": "so", "ukrainian": "uk", "russian": "ru", "german": "de",
    "kurdish": "ku", "albanian": "sq", "pashto": "ps", "dari": "fa", "tigrinya": "ti", "chinese": "zh",
    "mandarin": "zh", "cantonese": "zh", "vietnamese": "vi", "hindi": "hi", "nepali": "ne", "greek": "el",
    "latvian": "lv", "slovak": "sk", "czech": "cs",
}  # fmt: skip

# What people write for the answers of the pathways; an answer's own key or title is known anyway.
_ANSWERS: Final[dict[str, str]] = {
    "f2f": "face_to_face", "in person": "face_to_face", "clinic": "face_to_face", "phone": "telephone",
    "tel": "telephone", "online": "video", "teams": "video", "virtual": "video",
    "normal": "routine", "high": "urgent", "emergency": "urgent",
    "senco": "school", "education": "school", "doctor": "gp", "surgery": "gp", "parent": "family", "self": "family",
    "carer": "family", "hv": "health_visitor", "paediatrician": "other_health", "camhs": "other_health",
}  # fmt: skip


def cleaned(cell: str) -> str:
    """What a cell says: without spaces around it, or the marks by which spreadsheets keep a text a text."""
    text = cell.replace("\u00a0", " ").strip()
    if found := _AS_TEXT.fullmatch(text) or _SHOWN_AS_TEXT.fullmatch(text):
        text = found[1].strip()
    return "" if text.casefold() in NOTHING else text


def fault_in(text: str) -> str | None:
    """Why a cell cannot be taken at all, or None."""
    if text.casefold() in _SPREADSHEET_ERRORS:
        return "shows an error of the spreadsheet. Put the value itself there."
    if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _TELEPHONE.fullmatch(text):
        return f"begins with “{text[0].strip()}”, which a spreadsheet runs as a formula. Put the value itself there."
    if _DAMAGED.search(text):
        return "has damaged letters, from a wrong encoding before it reached us. Type it again."
    if _SHORTENED.fullmatch(text):
        return "was shortened by the spreadsheet, and digits are lost. Format the column as text, and fill it again."
    return None


def yes_or_no(text: str) -> bool | None:
    """Yes, no, or neither."""
    word = text.casefold()
    return True if word in YES else False if word in NO else None


def word_in(words: Mapping[str, str], text: str) -> str | None:
    """What a word stands for in a table, or the value itself where it was written as such; None where neither."""
    word = text.casefold()
    return words.get(word) or (word if word in words.values() else None)


def answer_of(item: Field, text: str) -> str | None:
    """The answer to a field of a step as its definition spells it, or None where it is not one of its answers."""
    word = plain(text)
    if item.type is FieldType.YES_NO:
        said = yes_or_no(text)
        return None if said is None else "yes" if said else "no"
    if item.type is not FieldType.CHOICE:
        return text
    for option in item.options:
        if word in (plain(option.key), plain(option.title)) or _ANSWERS.get(word) == option.key:
            return option.key
    return None
