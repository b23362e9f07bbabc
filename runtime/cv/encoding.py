"""Bytes of a text to its words: as UTF-8, and otherwise in the encoding that their letters make likeliest."""

from __future__ import annotations

from typing import Final

from runtime.cv.errors import UnreadableDocument

# The encodings of one byte a letter in which people's programs still save a CV. ISO 8859-1 is not among them: its
# letters are all of Windows-1252, which is what is meant.
_LEGACY: Final = {
    "cp1252": "Windows-1252 (Western European)",
    "iso8859_15": "ISO 8859-15 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "iso8859_2": "ISO 8859-2 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "iso8859_7": "ISO 8859-7 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "iso8859_9": "ISO 8859-9 (Turkish)",
    "cp1257": "Windows-1257 (Baltic)",
    "iso8859_13": "ISO 8859-13 (Baltic)",
}
_UNKNOWN: Final = "The text is in an unknown encoding; save it as UTF-8 and send that."


def decoded(document: bytes) -> tuple[str, str | None]:
    """The text, and the name of its encoding where that was guessed. Raises `UnreadableDocument`."""
    wide = document.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return document.decode("utf-16" if wide else "utf-8-sig"), None
    except UnicodeDecodeError:
        if wide:
            raise UnreadableDocument(_UNKNOWN) from None
    # Its models take a tenth of a second to load, and few texts are in need of them.
    import chardet  # noqa: PLC0415

    found = chardet.detect(document, include_encodings=_LEGACY, prefer_superset=False, compat_names=False)
    encoding = (found["encoding"] or "").replace("-", "_")
    if encoding not in _LEGACY:
        raise UnreadableDocument(_UNKNOWN)
    try:
        text = document.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableDocument(_UNKNOWN) from None
    # Encodings of one region share most letters; the first in which the text is the same is the usual one.
    return text, next(name for known, name in _LEGACY.items() if document.decode(known, "replace") == text)
