"""What carers need and how they want to be told, in words: one table for pages, letters and the referral (docs/rules.md 22)."""

from collections.abc import Iterable
from typing import Final

NEEDS: Final[dict[str, str]] = {
    "interpreter": "an interpreter",
    "british_sign_language": "British Sign Language",
    "no_calls": "no telephone calls",
    "large_print": "large print",
    "easy_read": "Easy Read",
}
"""As they stand within a sentence."""

CHANNELS: Final[dict[str, str]] = {
    "email": "email",
    "text": "text message",
    "letter": "letter",
    "telephone": "telephone",
}
"""As they stand within a sentence."""

LANGUAGES: Final[dict[str, str]] = {
    "en": "English", "ar": "Arabic", "bn": "Bengali", "bfi": "British Sign Language", "yue": "Cantonese", "fa": "Farsi",
    "fr": "French", "gu": "Gujarati", "ku": "Kurdish", "zh": "Mandarin", "ps": "Pashto", "pl": "Polish",
    "pt": "Portuguese", "pa": "Punjabi", "ro": "Romanian", "so": "Somali", "es": "Spanish", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "cy": "Welsh", "mis": "Another language",
}  # fmt: skip
"""The languages that a referral offers, by their codes (ISO 639)."""


def alone(words: str) -> str:
    """The words as they stand by themselves: with a capital."""
    return words[:1].upper() + words[1:]


def needs_in_words(needs: Iterable[str]) -> str:
    """Several needs in a row; one that came in another form is shown as it came."""
    return ", ".join(NEEDS.get(need, need.replace("_", " ")) for need in needs)
