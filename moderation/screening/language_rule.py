"""What becomes of a text in a language the model was not trained on."""

from collections.abc import Mapping
from types import MappingProxyType

from moderation.domain.decision import Finding, Verdict
from moderation.policy import Language
from moderation.text.language import Detected, speaks

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "af": "Afrikaans", "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan",
        "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
        "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French",
        "ha": "Hausa", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
        "id": "Indonesian", "ig": "Igbo", "it": "Italian", "ja": "Japanese", "ko": "Korean",
        "lt": "Lithuanian", "lv": "Latvian", "mr": "Marathi", "ms": "Malay", "nl": "Dutch",
        "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
        "sk": "Slovak", "sl": "Slovenian", "so": "Somali", "sq": "Albanian", "sr": "Serbian",
        "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai", "tl": "Tagalog",
        "tr": "Turkish", "tw": "Twi", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese",
        "yo": "Yoruba", "zh": "Chinese",
    }
)  # fmt: skip
"""ISO 639-1 code → English name; other languages go by their code."""


def language_finding(detected: Detected | None, policy: Language) -> Finding | None:
    """Hold a text whose language the model does not know, if the site wants that."""
    if policy.unknown != "hold" or detected is None or speaks(detected, policy.known):
        return None
    name = NAMES.get(detected.code, f"“{detected.code}”")
    return Finding("language", Verdict.HOLD, f"Written in {name}, which the model does not know.")
