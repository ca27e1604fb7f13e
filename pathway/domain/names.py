"""Names, made comparable: José, JOSE and Jose are one; so are O'Brien, O’Brien and OBrien."""

import unicodedata

# Letters that Unicode does not take apart into a plain letter and an accent.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_LETTER_OR_DIGIT = ("L", "N", "M")


def normalise_name(name: str) -> str:
    """`name` in lower case without accents, hyphens, apostrophes, spaces or other marks. For matching, never shown."""
    if name.isascii():  # nearly every name here, and nothing in it to take apart
        return "".join(filter(str.isalnum, name)).lower()
    lowered = _decomposed(name).casefold()
    return _decomposed(lowered).translate(_PLAIN)


def _decomposed(text: str) -> str:
    """Letters and digits only, each parted from its accents and the accents dropped.

    Vowel signs, as in Devanagari, are marks too, but belong to the spelling: they have no combining class.
    """
    return "".join(
        c
        for c in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(c) and unicodedata.category(c).startswith(_LETTER_OR_DIGIT)
    )
