"""Finding names by parts of their words, in Danish or English, also where a letter is wrong. No Dash, no store.

Names are folded first (`data.catalogue.names.fold`), so case, hyphens, and å or aa make no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from data.catalogue.names import fold

EXACT, BEGINS, INSIDE, NEARLY = 90.0, 70.0, 40.0, 22.0
LEAST_INSIDE = 3  # letters a part must have to be looked for inside words
MOST_WORDS = 8  # of a question; the rest is not looked at


def parts_of(question: str) -> tuple[str, ...]:
    """The folded words of a question.

    Examples
    --------
    >>> parts_of("Ålborg  Øst-2")
    ('aalborg', 'oest', '2')
    """
    return tuple(fold(question).split()[:MOST_WORDS])


def slack(part: str) -> int:
    """How many letters of a word may be wrong: none in short ones, where everything would be like everything."""
    return 0 if len(part) < 4 else 1 if len(part) < 8 else 2


def distance(part: str, word: str, most: int) -> int:
    """How many letters must be added, dropped, changed or swapped with their neighbour to make `part` a beginning of
    `word`; `most + 1` where it is more than that.

    Examples
    --------
    >>> distance("kirugi", "kirurgisk", 2), distance("hopsital", "hospital", 2), distance("sepsis", "fald", 2)
    (1, 1, 3)
    """
    word = word[: len(part) + most]
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(part, 1):
        above, row = row, [i] + [0] * len(word)
        for j, other in enumerate(word, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and part[i - 2] == other:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > most:
            return most + 1
        before = above
    return min(row)


class WordIndex:
    """The words of many names, each name under its number.

    Parameters
    ----------
    names : for each thing to be found, everything it is called

    Examples
    --------
    >>> index = WordIndex([("Kirurgisk Afdeling", "Surgery"), ("Medicinsk Afdeling", "Medicine")])
    >>> sorted(index.scores("kir")), sorted(index.scores("afdling")), sorted(index.scores("surgery"))
    ([0], [0, 1], [0])
    """

    def __init__(self, names: Sequence[Iterable[str]]) -> None:
        self.folded: list[tuple[str, ...]] = []
        self._things: dict[str, list[int]] = {}
        spelt: set[str] = set()
        for number, called in enumerate(names):
            folded = tuple(dict.fromkeys(fold(name) for name in called if name))
            self.folded.append(folded)
            words = {word for name in folded for word in name.split()}
            # Written together too: »akutmodtagelse« finds »Akut Modtagelse«, NOHKIR finds NOH-KIR.
            for word in words | {name.replace(" ", "") for name in folded}:
                self._things.setdefault(word, []).append(number)
            spelt |= words
        # What may be misspelt: words, but no numbers and no names written together.
        self._letters = {word: _letters(word) for word in spelt if not word.isdigit()}

    def scores(self, part: str, *, nearly: bool = True) -> dict[int, float]:
        """Number -> how well `part` fits one of its words. Words with wrong letters count where nothing else fits."""
        found: dict[int, float] = {}
        for word, things in self._things.items():
            if word.startswith(part):
                score = EXACT if word == part else BEGINS
            elif len(part) >= LEAST_INSIDE and part in word:
                score = INSIDE
            else:
                continue
            for thing in things:
                if score > found.get(thing, 0.0):
                    found[thing] = score
        return found if found or not nearly else self.near(part)

    def near(self, part: str) -> dict[int, float]:
        """The same for words that begin nearly like `part`."""
        most = slack(part)
        if not most:
            return {}
        letters = _letters(part)
        found: dict[int, float] = {}
        for word, has in self._letters.items():
            # A letter the word lacks costs one at least, so most words need not be compared at all.
            if (letters & ~has).bit_count() > most or len(word) < len(part) - most:
                continue
            wrong = distance(part, word, most)
            if wrong <= most:
                for thing in self._things[word]:
                    found[thing] = max(found.get(thing, 0.0), NEARLY / max(wrong, 1))
        return found

    def bonus(self, number: int, question: str) -> float:
        """What a name gets for being, or beginning with, the whole question; short names are nearer to it.

        Only the first three count: what a thing is called in both languages, and its code.
        """
        best = 0.0
        for name in self.folded[number][:3]:
            if name == question:
                best = max(best, 40.0)
            elif name.startswith(question):
                best = max(best, 18.0)
        return best - min(len(self.folded[number][0]) / 25, 4.0) if self.folded[number] else best


def _letters(word: str) -> int:
    found = 0
    for sign in word:
        found |= 1 << (ord(sign) % 64)
    return found
