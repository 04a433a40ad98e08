"""What people type, as it is kept: the words, without what no keyboard writes and no file can carry.

A control character from the clipboard of another program makes an SVG that no browser opens and a PDF that cannot be
set; half a character cannot be stored at all; marks that turn the direction of writing make a text read as another than
it is; and a note of nothing but invisible characters is no note.
"""

from __future__ import annotations

import re

# C0 and C1 without tab and line feed, DEL, halves of characters, noncharacters.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Zero width spaces, marks that embed or override a direction, and the mark of a byte order. The joiners stay: letters
# of some languages and pictures of people are put together by them.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def written(text: str) -> str:
    """A text of several lines, ready to be kept: ends of lines as one, tabs as spaces, nothing invisible.

    Examples
    --------
    >>> written(" Ny seng\\r\\nog ny\\tplan\\x07 \\u202e")
    'Ny seng\\nog ny plan'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\t", " ")
    return _UNSEEN.sub("", possible(lines)).strip()


def on_one_line(text: str) -> str:
    """A name, ready to be kept: `written`, with single spaces for everything that is none.

    Examples
    --------
    >>> on_one_line("  Fast\\n MDT-tid ")
    'Fast MDT-tid'
    """
    return " ".join(written(text).split())


def possible(text: str) -> str:
    """`text` without the characters that XML forbids, which SVG, DOCX and PDF cannot hold: for texts kept before.

    Examples
    --------
    >>> possible("før\\x0befter")
    'førefter'
    """
    return _IMPOSSIBLE.sub("", text)
