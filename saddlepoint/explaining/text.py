"""What is said in every language in which topics are told."""

from typing import Any, Literal, NamedTuple

Language = Literal["en", "zh"]


class Text(NamedTuple):
    """One text in all languages.

    Attributes:
        en: English.
        zh: simplified Chinese.
    """

    en: str
    zh: str

    def filled(self, **values: Any) -> "Text":
        """Return the text with ``{name}`` replaced by values, in every language."""
        return Text(*(text.format(**values) for text in self))

    def said(self, language: Language) -> str:
        """Return the text in one language."""
        return self.en if language == "en" else self.zh


Say = Text | str
"""A text, or what is the same in every language: a symbol, a number."""


def said(text: Say, language: Language) -> str:
    """Return what is said in one language."""
    return text if isinstance(text, str) else text.said(language)
