"""A word with its explanation one click away.

`term("fase")` is a link to the word in the glossary. Where scripts run (assets/tavle_search.js) a click, Enter or touch
opens the explanation on the spot instead, and Escape closes it; Ctrl-click still opens the glossary.
"""

from __future__ import annotations

from markupsafe import Markup

from dashboards.presenters.glossary import PATH
from dashboards.text import _, language
from data.catalogue.glossary import term as term_of


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
