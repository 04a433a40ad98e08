"""A shelf for answers that hold for as long as nothing is written.

`Store.remember` keeps what is dear to work out until figures change. Much of what a request needs is cheap, asked for
every time, and depends on more than figures: who somebody is and what they may see, the catalogue, a finished answer
on its way to the same person. The only safe sign that such a thing still holds is that nothing at all was written
since (`Store.moment`), which on a board that is mostly read is true nearly always.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

Answer = TypeVar("Answer")


class Shelf:
    """Answers by key, each with the moment it was worked out at. `room` is how much may lie there, by `size`.

    What comes back is shared: do not change it. An answer of another moment is worked out anew and takes its
    predecessor's place; when the room is used up, what was asked for longest ago goes first.

    Examples
    --------
    >>> shelf = Shelf(room=2)
    >>> shelf.take("a", 1, lambda: "first"), shelf.take("a", 1, lambda: "second"), shelf.take("a", 2, lambda: "third")
    ('first', 'first', 'third')
    >>> shelf.put("b", 2, "other"), shelf.put("c", 2, "one more")
    (None, None)
    >>> shelf.find("a", 2) is None, shelf.find("c", 2), shelf.find("c", 3) is None
    (True, 'one more', True)
    """

    def __init__(self, room: int, size: Callable[[object], int] = lambda _answer: 1) -> None:
        self._room = room
        self._size = size
        self._used = 0
        self._answers: OrderedDict[Hashable, tuple[int, object]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable, moment: int) -> object | None:
        """The answer that lies under `key` from this very moment, or None."""
        with self._lock:
            kept = self._answers.get(key)
            if kept is None or kept[0] != moment:
                return None
            self._answers.move_to_end(key)
            return kept[1]

    def put(self, key: Hashable, moment: int, answer: object) -> None:
        """Keep an answer that was begun at `moment`; one that is larger than all the room is not kept."""
        with self._lock:
            before = self._answers.pop(key, None)
            if before is not None:
                self._used -= self._size(before[1])
            size = self._size(answer)
            if size > self._room:
                return
            self._answers[key] = (moment, answer)
            self._used += size
            while self._used > self._room:
                _key, (_moment, oldest) = self._answers.popitem(last=False)
                self._used -= self._size(oldest)

    def take(self, key: Hashable, moment: int, compute: Callable[[], Answer]) -> Answer:
        """The answer under `key`, worked out by `compute()` if there is none from this moment; it must not be None."""
        found = self.find(key, moment)
        if found is None:
            answer = compute()
            self.put(key, moment, answer)
            return answer
        return cast("Answer", found)
