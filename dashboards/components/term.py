"""A word with its explanation one click away.

`term("fase")` is a link to the word in the glossary. Where scripts run (assets/tavle_search.js) a click, Enter or touch
opens the explanation on the spot instead, and Escape closes it; Ctrl-click still opens the glossary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from markupsafe import Markup, escape

from dashboards.presenters.glossary import PATH
from dashboards.text import _, language
from data.catalogue.glossary import term as term_of
from indicators.words import Words


def term(key: str, text: str = "") -> Markup:
    """The word `key` of the glossary as a link; `text` is what stands in the sentence instead of its name.

    Raises
    ------
    KeyError
        The glossary has no such word.

    Examples
    --------
    >>> str(term("fase", "en ny fase")).startswith('<a class="term" href="/ordliste#fase"')
    True
    """
    one = term_of(key)
    name = one.name.say(language())
    return Markup(
        '<a class="term" href="{0}#{1}" data-term="{1}" data-term-name="{2}" data-term-text="{3}" data-term-more="{4}" '
        'data-term-close="{5}" aria-haspopup="dialog">{6}</a>'
    ).format(PATH, key, name, one.text.say(language()), _("Læs mere i ordlisten"), _("Luk"), text or name.lower())


# How a word stands in sentences of ours, by key; the first form found in a text becomes the link.
FORMS = {
    "tilfaeldig-variation": Words("tilfældig variation|tilfældige udsving", "random variation|common cause"),
    "median": Words("medianen|median", "median"),
    "kontrolgraenser": Words("kontrolgrænserne|kontrolgrænser|grænserne|grænser", "control limits|limits"),
    "laengste-serie": Words("længste serie|serie", "longest run|run"),
    "kryds": Words("krydsninger|krydser|kryds", "crossings|crosses"),
    "anhoej": Words("anhøj", "anhøj"),
    "regelsaet": Words("regelsæt", "rule set"),
    "aaben-maaned": Words("åbne måneder|åben måned|åbne", "open months|open month|open"),
    "landstal": Words("landstallet|landstal", "national figures|national figure"),
    "databrud": Words("databrud", "data break"),
    "falsk-alarm": Words("falsk alarm|tilfældighed", "false alarm|chance"),
    "brugbare-datapunkter": Words("brugbare datapunkter|brugbare punkter", "useful observations|useful points"),
    "maaltal": Words("måltallet|måltal", "target"),
    "fase": Words("faserne|fasen|fase", "phases|phase"),
    "signal": Words("signalerne|signaler|signal", "signals|signal"),
    "maaling": Words("målingerne|målinger|målingen|måling", "measures|measure"),
    "smaa-tal": Words("skjulte små tal|små tal", "small numbers"),
    "tavlemoede": Words("tavlemøderne|tavlemøde", "board meetings|board meeting"),
    "for-faa-data": Words("for få data", "too few data"),
    "bekymrende": Words("bekymrende", "concerning"),
    "forbedring": Words("forbedring", "improvement"),
    "naevner": Words("nævner", "denominator"),
    "taeller": Words("tæller", "numerator"),
}


Link = Callable[[str, str], Markup]  # a key and the text that becomes the link


class FirstMention:
    """`with_terms` for the many texts of one page: each word is a link where it is mentioned first, and there alone.

    `link` makes the links, `used` are the keys of the words that have become one, in their order.

    Examples
    --------
    >>> first = FirstMention("median")
    >>> "<a" in first("Medianen er 5"), "<a" in first("Medianen er 6")
    (True, False)
    """

    def __init__(self, *keys: str, link: Link = term) -> None:
        self._keys, self._link = keys, link
        self.used: dict[str, None] = {}

    def __call__(self, text: str | Markup) -> Markup:
        if isinstance(text, Markup):
            return text
        places = _mentions(text, [key for key in self._keys if key not in self.used])
        self.used.update(dict.fromkeys(key for _first, _last, key in places))
        return _linked(text, places, self._link)


def with_terms(text: str | Markup, *keys: str) -> Markup:
    """`text`, escaped, with the first mention of each of these words as a link to its explanation.

    Keys without a mention change nothing. Text that already holds markup is left as it is.

    Examples
    --------
    >>> str(with_terms("Kun tilfældig variation", "tilfaeldig-variation")).startswith("Kun <a ")
    True
    >>> with_terms("5 < 6", "median")
    Markup('5 &lt; 6')
    """
    return FirstMention(*keys)(text)


def _mentions(text: str, keys: Iterable[str]) -> list[tuple[int, int, str]]:
    """Where the first mention of each word begins and ends, in the order of the text; none within another."""
    places: list[tuple[int, int, str]] = []
    for key in keys:
        pattern = rf"(?<!\w)(?:{FORMS[key].say(language())})(?!\w)"
        for found in re.finditer(pattern, text, re.IGNORECASE):
            if all(found.end() <= first or found.start() >= last for first, last, _key in places):
                places.append((found.start(), found.end(), key))
                break
    return sorted(places)


def _linked(text: str, places: Iterable[tuple[int, int, str]], link: Link) -> Markup:
    done, at = Markup(""), 0
    for first, last, key in places:
        done += escape(text[at:first]) + link(key, text[first:last])
        at = last
    return done + escape(text[at:])
