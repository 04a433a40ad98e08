"""People who click through the board: `python tests/bench/board_readers.py PLAN.json` (board_speed.py writes the plan).

Each of them has an account of their own and has signed in. They come within ten seconds, load the board and click: what
follows is what Chromium asked for when somebody did the same (board_speed.py records it and hands the requests on; here
the series, the unit and the period in them are changed). A click inside the board is one answer of Dash's, or three on
a series' page; scripts and style sheets are not asked for again, since their addresses say that they may be kept. In a
hundred clicks:

- 40 open a series of the person's own matrix, 15 change the unit or the period of the one that is open;
- 30 go back to Overblik, 5 look at signals only, 5 at a national goal;
- 1 writes something (the language of one's account), which ends everything that is kept until something is written;
- 4 load the page anew (document, layout, callbacks and content; for a series the chart's scripts are asked about).

Which series is drawn by lot among all of the person's, so that hardly anybody asks for what they had before. Between
two clicks they read for an exponential time. One thread and one kept connection a person, bodies read and not unpacked:
this process must take as little of the processors as it can, and says how much it took.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

PERIODS = ("24", "36", "60")
CLICKS = (("series", 40), ("change", 15), ("home", 30), ("signals", 5), ("goal", 5), ("write", 1), ("reload", 4))
STARTS_WITHIN = 10.0  # seconds in which everybody arrives


class Person:
    """One account at one browser."""

    def __init__(self, plan: dict[str, Any], seed: int) -> None:
        self.plan, self.draw = plan, random.Random(seed)
        self.email, self.units = plan["people"][seed]["email"], plan["people"][seed]["units"]
        at = urlsplit(plan["url"])
        self.connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.path, self.query = "/", f"?v=1&enhed={self.units[0]}"
        self.times: list[tuple[str, float]] = []
        self.faults: list[str] = []
        self.n_clicks = 0

    def ask(self, kind: str, method: str, path: str, body: str = "", **headers: str) -> bytes:
        told = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Encoding": "gzip",
            "X-CSRFToken": self.cookies.get("tavle_csrf", ""),
            "Content-Type": "application/json",
            **headers,
        }
        began = time.perf_counter()
        try:
            try:
                self.connection.request(method, path, body.encode(), told)
                answer = self.connection.getresponse()
            except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
                # The server let go of a connection nobody used for a while: a browser asks again on a new one, too.
                self.connection.close()
                self.connection.request(method, path, body.encode(), told)
                answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.faults.append(f"{type(error).__name__} {path}")
            return b""
        finally:
            self.times.append((kind, time.perf_counter() - began))
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        if answer.status not in (200, 204, 303, 304):
            self.faults.append(f"{answer.status} {path}")
        return content

    def sign_in(self) -> None:
        page = self.ask("sign-in", "GET", "/log-ind").decode()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, page[:300]
        self.send(
            "sign-in", "/log-ind", {"csrf_token": token[1], "email": self.email, "password": self.plan["password"]}
        )
        self.ask("sign-in", "GET", "/")  # hands out the token of the new session

    def send(self, kind: str, path: str, form: dict[str, str]) -> None:
        self.ask(kind, "POST", path, urlencode(form), **{"Content-Type": "application/x-www-form-urlencoded"})

    def load(self) -> None:
        """The document, and what Dash asks for before it can draw."""
        self.ask("document", "GET", self.path + self.query)
        for path in self.plan["chart_scripts"] if self.path != "/" else []:
            self.ask("unchanged", "GET", path, **{"If-Modified-Since": self.plan["loaded_at"]})
        self.ask("frame", "GET", "/_dash-layout")
        self.ask("frame", "GET", "/_dash-dependencies")
        self.show()

    def show(self) -> None:
        body = json.loads(self.plan["asked"]["page"])
        values = {"pathname": self.path, "search": self.query}
        for one in body["inputs"]:
            one["value"] = values.get(one["property"], one.get("value"))
        is_series = self.path.startswith("/indikator/")
        kind = "series" if is_series else "Overblik" if self.path == "/" else "goal"
        self.ask(kind, "POST", "/_dash-update-component", json.dumps(body))
        for part in ("outlook", "sisters") if is_series else ():
            body = json.loads(self.plan["asked"][part])
            view = body["inputs"][0]["value"]
            view["code"], view["query"] = self.path.rpartition("/")[2], self.query
            self.ask(part, "POST", "/_dash-update-component", json.dumps(body))

    def click(self) -> None:
        kind = self.draw.choices([name for name, _share in CLICKS], [share for _name, share in CLICKS])[0]
        self.n_clicks += 1
        if kind == "reload":
            self.load()
            return
        if kind == "write":
            self.send("write", "/konto/sprog", {"language": "da"})
            return
        if kind == "change" and self.path.startswith("/indikator/"):
            if len(self.units) > 1 and self.draw.random() < 0.5:
                self.query = f"?v=1&enhed={self.draw.choice(self.units)}"
            else:
                self.query = self.query.partition("&periode")[0] + f"&periode={self.draw.choice(PERIODS)}"
        elif kind in ("series", "change"):
            code = self.draw.choice(self.plan["indicators"])
            self.path, self.query = f"/indikator/{code}", f"?v=1&enhed={self.draw.choice(self.units)}"
        else:
            self.path = f"/maal/{self.draw.randint(1, 8)}" if kind == "goal" else "/"
            self.query = f"?v=1&enhed={self.units[0]}" + ("&vis=signaler" if kind == "signals" else "")
        self.show()

    def live(self, until: float) -> None:
        time.sleep(self.draw.uniform(0, STARTS_WITHIN))
        self.load()
        while True:
            time.sleep(min(self.draw.expovariate(1 / self.plan["thinking"]), 4 * self.plan["thinking"]))
            if time.perf_counter() > until:
                return
            self.click()


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    people = [Person(plan, seed) for seed in range(len(plan["people"]))]
    began = time.perf_counter()
    for person in people:
        person.sign_in()
        person.times.clear()
    seconds = time.perf_counter() - began
    sys.stdout.write(f"signed in one after the other: {1000 * seconds / len(people):.0f} ms each\n")
    sys.stdout.flush()
    until = time.perf_counter() + plan["seconds"]
    threads = [threading.Thread(target=person.live, args=(until,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times: dict[str, list[float]] = {}
    for person in people:
        for kind, seconds in person.times:
            times.setdefault(kind, []).append(1000 * seconds)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "answers": sum(map(len, times.values())),
        "clicks": sum(person.n_clicks for person in people),
        "faults": [fault for person in people for fault in person.faults],
        "all": [percentile([one for some in times.values() for one in some], share) for share in (0.5, 0.95, 0.99)],
        "kinds": {
            kind: [len(some), percentile(some, 0.5), percentile(some, 0.95)] for kind, some in sorted(times.items())
        },
        "own_cpu": used.ru_utime + used.ru_stime,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
