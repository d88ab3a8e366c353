"""Words in the reader's language: English is the key, Chinese stands in `service/translations/zh`.

Outside a page (command line, API, exports) there is no request to read the language from, so it is an
argument here. Pages use Flask-Babel over the same catalogue.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("zh", "en")
TRANSLATIONS = Path(__file__).parent / "translations"


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("messages", TRANSLATIONS, languages=[language])


def translate(language: str, message: str, **params: object) -> str:
    """`message` in `language`, its {placeholders} filled from `params`."""
    text = _catalogue(language).gettext(message)
    return text.format(**params) if params else text


def mark(message: str) -> str:
    """`message` itself: marks a table's text for the catalogue, to be translated where it is shown."""
    return message
