"""An example of every page of the product, and what can be asked of a page in the browser.

`EXAMPLES` has every address a page can have, the pages Flask serves by itself, the words in place of a page and the
pages without anything on them. `forgotten` says which address of an app is not among them: a new page cannot be left
out of tests/journeys/test_accessibility.py (one look at each) and tests/simulation/every_page.py (all of it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from dashboards.pages import Registry
from data.demo import DEMO_SIGN_INS

SERIOUS = frozenset({"serious", "critical"})
_SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Example:
    """A page to look at: whose template it is an example of, who looks, where, and what the answer must be.

    `also` are people for whom the same address shows another page; `is_empty`: on a board nobody has delivered to;
    `has_chart`: its figures are drawn for the theme by the server or Plotly, so each theme is loaded anew.
    """

    template: str
    path: str
    who: str | None = "leder"
    status: int = 200
    also: tuple[str, ...] = ()
    has_chart: bool = False
    is_empty: bool = False
    is_file: bool = False

    @property
    def people(self) -> tuple[str | None, ...]:
        return (self.who, *self.also)


# Templates of these kinds stand for what is no page of the registry.
STATE, EMPTY = "(words in place of a page)", "(nothing there yet)"

EXAMPLES = {
    "overblik": Example("/", "/", also=("kvalitet", "evaluator", "admin")),
    "overblik-enhed": Example("/", "/?v=1&enhed=NOH-KIR"),
    "overblik-foer": Example("/", "/?v=1&pr=2026-06-01"),
    "maal": Example("/maal", "/maal"),
    "maal-5": Example("/maal/<goal>", "/maal/5"),
    "maal-4": Example("/maal/<goal>", "/maal/4", "evaluator"),
    "forloeb": Example("/forloeb", "/forloeb"),
    "forloeb-AELDRE": Example("/forloeb/<code>", "/forloeb/AELDRE", also=("kommune",)),
    "indikator": Example(
        "/indikator/<code>", "/indikator/MEDAFST?v=1&enhed=NOH-KIR", also=("evaluator",), has_chart=True
    ),
    "indikator-alle": Example("/indikator/<code>", "/indikator/KRAEFT?v=1&enhed=NOH-KIR&periode=alle", has_chart=True),
    "tavlepakke": Example("/tavlepakke", "/tavlepakke"),
    "indberet": Example("/indberet", "/indberet?v=1&enhed=NOH-KIR", "kvalitet"),
    "indberet-tast": Example("/indberet", "/indberet?v=1&enhed=NOH-ORT&vis=tast", "kvalitet"),
    "indberet-indsaet": Example("/indberet", "/indberet?v=1&enhed=NOH-KIR&vis=indsaet", "kvalitet"),
    "komplethed": Example("/indberet/komplethed", "/indberet/komplethed"),
    "komplethed-enhed": Example("/indberet/komplethed", "/indberet/komplethed?v=1&enhed=NOH-ORT", "kvalitet"),
    "kvitteringer": Example("/indberet/kvitteringer", "/indberet/kvitteringer", "kvalitet", also=("leder",)),
    "kvittering": Example("/indberet/kvitteringer/<receipt>", "/indberet/kvitteringer/T-2026-000032", "kvalitet"),
    "vaerdi": Example(
        "/indberet/vaerdi/<code>/<period>", "/indberet/vaerdi/MEDAFST/2026-08-01?v=1&enhed=NOH-KIR", "kvalitet"
    ),
    "tavlemoede": Example("/tavlemoede", "/tavlemoede?v=1&enhed=NOH"),
    "moede": Example("/tavlemoede/moede/<meeting>", "/tavlemoede/moede/1", has_chart=True),
    "moede-2": Example("/tavlemoede/moede/<meeting>/<step>", "/tavlemoede/moede/1/2", has_chart=True),
    "korridor": Example("/tavlemoede", "/tavlemoede?v=1&enhed=NOH&vis=gang", has_chart=True),
    "referater": Example("/tavlemoede/referat", "/tavlemoede/referat?v=1&enhed=NOH"),
    "referat": Example("/tavlemoede/referat/<meeting>", "/tavlemoede/referat/1"),
    "indikatorer": Example("/indikatorer", "/indikatorer", "kvalitet", also=("leder",)),
    "indikator-om": Example("/indikatorer/<code>/om", "/indikatorer/MEDAFST/om", "kvalitet"),
    "indikator-kontrol": Example("/indikatorer/<code>/om", "/indikatorer/OPRING/om", "kvalitet"),
    "indikator-ny": Example("/indikatorer/ny", "/indikatorer/ny", "kvalitet"),
    "indikator-ret": Example("/indikatorer/<code>/<step>", "/indikatorer/SVARTID/ret", "kvalitet"),
    "evaluering": Example("/evaluering", "/evaluering", "evaluator", also=("forsker",)),
    "evaluering-regioner": Example("/evaluering", "/evaluering?v=1&program=region&foer=24&signal=common", "evaluator"),
    "egne-grupper": Example("/evaluering/grupper", "/evaluering/grupper", "evaluator", also=("forsker", "admin")),
    "projekt": Example("/evaluering/projekt/<alias>", "/evaluering/projekt/E-001", "evaluator", also=("forsker",)),
    "projekt-ikke-mit": Example(STATE, "/evaluering/projekt/E-001", status=403),
    "enheder": Example("/administration/enheder", "/administration/enheder", "admin"),
    "evaluatorer": Example("/administration/evaluatorer", "/administration/evaluatorer", "admin"),
    "konto": Example("/konto", "/konto", also=("admin",)),
    "konto-afvist": Example("/konto", "/konto?v=1&vis=gammel"),
    "ordliste": Example("/ordliste", "/ordliste"),
    "tilgaengelighed": Example("/tilgaengelighed", "/tilgaengelighed", None, also=("leder",)),
    "log-ind": Example("/log-ind", "/log-ind", None),
    "log-ind-igen": Example("/log-ind", "/log-ind?next=/maal", None),
    "fil": Example("/indikator/<code>.html", "/indikator/MEDAFST.html?v=1&enhed=NOH-KIR", is_file=True),
    "effekt": Example("/evaluering/effekt", "/evaluering/effekt?v=1&maaling=AFLYST", "evaluator"),
    "analyser": Example(
        "/evaluering/analyser", "/evaluering/analyser?v=1&maaling=OPFOELG&udelad=3", "evaluator", also=("forsker",)
    ),
    "analyser-plan": Example("/evaluering/analyser", "/evaluering/analyser?v=1&vis=plan", "evaluator"),
    "frosne": Example("/evaluering/frosne", "/evaluering/frosne", "evaluator", also=("admin",)),
    "analyser-ikke-min": Example(STATE, "/evaluering/analyser", status=403),
    "effekt-ikke-min": Example(STATE, "/evaluering/effekt", status=403),
    "ingen-adgang": Example(STATE, "/indikator/MEDAFST?v=1&enhed=HGH", status=403),
    "ingen-side": Example(STATE, "/findes-ikke", status=404),
    "ingen-enhed": Example(STATE, "/?v=1&enhed=FINDES-IKKE", status=404),
    "ikke-min-side": Example(STATE, "/administration/enheder", status=403),
    "ingen-tal": Example(STATE, "/indikator/HAI-BAC?v=1&enhed=NOH"),
    "tom-overblik": Example(EMPTY, "/", "admin", is_empty=True),
    "tom-maal": Example(EMPTY, "/maal", "admin", is_empty=True),
    "tom-forloeb": Example(EMPTY, "/forloeb", "admin", is_empty=True),
    "tom-indberet": Example(EMPTY, "/indberet", "admin", is_empty=True),
    "tom-komplethed": Example(EMPTY, "/indberet/komplethed", "admin", is_empty=True),
    "tom-kvitteringer": Example(EMPTY, "/indberet/kvitteringer", "admin", is_empty=True),
    "tom-tavlemoede": Example(EMPTY, "/tavlemoede", "admin", is_empty=True),
    "tom-referater": Example(EMPTY, "/tavlemoede/referat", "admin", is_empty=True),
    "tom-tavlepakke": Example(EMPTY, "/tavlepakke", "admin", is_empty=True),
    "tom-frosne": Example(EMPTY, "/evaluering/frosne", "admin", is_empty=True),
    "tom-egne-grupper": Example(EMPTY, "/evaluering/grupper", "admin", is_empty=True),
    "tom-evaluering": Example(EMPTY, "/evaluering", "admin", is_empty=True),
    "tom-indikatorer": Example(EMPTY, "/indikatorer", "admin", is_empty=True),
}

NO_PAGES = re.compile(
    r"/(|<path:path>)|/_dash.*|/_favicon\.ico|/_reload-hash|/assets/.*|/static/.*|/api/.*|/_local/.*|/healthz|/metrics"
    r"|.*\.(csv|xlsx|pdf|png|pptx|svg|yaml|docx|<form>)|/tavlepakke/hent/.*"
    r"|/sprog/<code>|/tema/<name>|/log-ud|/k/<code>|/was"
)
"""What answers a GET and draws no page of its own: Dash's own doors, figures to take away, what only leads on."""


def forgotten(registry: Registry, rules: Iterable[Any]) -> list[str]:
    """Addresses of an app that no example stands for: `rules` are those of its `url_map`."""
    served = {str(rule) for rule in rules if "GET" in (rule.methods or ()) and not NO_PAGES.fullmatch(str(rule))}
    templates = {template for page in registry.pages for template in page.templates}
    return sorted((served | templates) - {example.template for example in EXAMPLES.values()})


# --------------------------------------------------------------------------------------------------- opening a page


def sign_in(page: Page, url: str, email: str, password: str) -> None:
    """By the two requests of the form, without drawing the pages."""
    form = page.context.request.get(f"{url}/log-ind").text()
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token, "the sign-in page has no token"
    fields = {"csrf_token": token[1], "email": email, "password": password}
    answer = page.context.request.post(f"{url}/log-ind", form=fields, max_redirects=0)
    assert answer.status == 303, f"{email} could not sign in"


def sign_in_to_demo(page: Page, url: str, who: str) -> None:
    person = DEMO_SIGN_INS[f"{who}@tavle.example"]
    sign_in(page, url, person.email, person.password)


def open_example(page: Page, url: str, example: Example) -> None:
    """Go there and wait until everything stands: the page, its callbacks, its charts."""
    if example.is_file:
        answer = page.context.request.get(f"{url}{example.path}")
        assert answer.status == example.status
        page.goto("about:blank")
        page.set_content(answer.text())
        return
    answered = page.goto(f"{url}{example.path}")
    assert answered is not None
    assert answered.status == example.status, f"{example.path} answered {answered.status}"
    settle(page)


def settle(page: Page) -> None:
    page.locator("h1:visible").first.wait_for(timeout=30_000)
    expect(page.locator('[data-dash-is-loading="true"]')).to_have_count(0, timeout=30_000)
    for chart in page.locator(".js-plotly-plot").all():
        chart.locator(".main-svg").first.wait_for(timeout=30_000)
    page.wait_for_timeout(250)  # the content fades in, and what is asked for second comes


# ------------------------------------------------------------------------------------------------ what is asked of it


AXE = """async ([options, onlySerious]) => {
    const light = axe._audit.rules.filter((rule) => ['minor', 'moderate'].includes(rule.impact));
    if (onlySerious) options.rules = Object.fromEntries(light.map((rule) => [rule.id, { enabled: false }]));
    return (await axe.run(options)).violations;
}"""


def axe_faults(page: Page, *, only: tuple[str, ...] = (), only_serious: bool = False) -> list[tuple[str, str]]:
    """(impact, what and where) of every violation axe finds; of all its rules, or of those named.

    `only_serious` leaves out the rules whose every violation is minor or moderate, a third of the work.
    """
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if only:
        options["runOnly"] = {"type": "rule", "values": list(only)}
    page.evaluate(AXE_SCRIPT)
    return [
        (fault["impact"] or "minor", f"{fault['id']} at {[' '.join(node['target']) for node in fault['nodes'][:3]]}")
        for fault in page.evaluate(AXE, [options, only_serious])
    ]


def _ask(page: Page, name: str) -> Any:
    return page.evaluate(f"() => {{ {_SCRIPT}\nreturn {name}(); }}")


def width_faults(page: Page, width: int, height: int) -> list[str]:
    """What makes the page scroll sideways in a window of that size. Frames of their own may."""
    page.set_viewport_size({"width": width, "height": height})
    for _attempt in range(10):  # a chart is drawn anew for its width a moment later, on a busy machine a long one
        page.wait_for_timeout(200)
        if not stands_out(page):
            return []
    return stands_out(page)


def stands_out(page: Page) -> list[str]:
    """What makes the page scroll sideways as it is."""
    return list(_ask(page, "standsOut"))


def motion_faults(page: Page) -> list[str]:
    """What would move, in a browser that was told to reduce motion."""
    return list(_ask(page, "moving"))


def target_faults(page: Page) -> list[str]:
    """Targets under 44 px in a direction, unless they are 24 and have 44 px around their middle to themselves.

    Links inside a sentence are exempt, as in WCAG 2.5.8.
    """
    return list(_ask(page, "smallTargets"))


NAMELESS_ROLES = frozenset({"RootWebArea", "generic", "none", "StaticText", "InlineTextBox", "paragraph", "main"})


def keyboard_faults(page: Page) -> list[str]:
    """Walk through the page by Tab: what is never reached, has no outline there, is out of the window, has no name."""
    n_stops = _ask(page, "tabStops")
    faults = []
    for _press in range(n_stops + 40):
        page.keyboard.press("Tab")
        stop = _ask(page, "stop")
        if stop["end"]:
            break
        if stop.get("ringless"):
            faults.append(f"no outline: {stop['ringless']}")
        if stop.get("off"):
            faults.append(f"focus outside the window: {stop['off']}")
    else:
        faults.append(f"Tab never came round after {n_stops + 40} steps")
    return faults + [f"never reached: {one}" for one in _ask(page, "unseen")] + _nameless(page)


def _nameless(page: Page) -> list[str]:
    """What can have focus and would be read aloud as a role alone, by the browser's own tree for screen readers."""
    faults = []
    session = page.context.new_cdp_session(page)
    try:
        for node in session.send("Accessibility.getFullAXTree")["nodes"]:
            role = node.get("role", {}).get("value")
            can_focus = any(one["name"] == "focusable" and one["value"]["value"] for one in node.get("properties", ()))
            name = node.get("name", {}).get("value", "").strip()
            if can_focus and not node["ignored"] and role not in NAMELESS_ROLES and not name:
                about = session.send("DOM.describeNode", {"backendNodeId": node["backendDOMNodeId"]})["node"]
                faults.append(f"no name: {role}, {about['nodeName'].lower()} {about.get('attributes')}")
    finally:
        session.detach()
    return faults


def chart_faults(page: Page) -> list[str]:
    """Pictures without a name, charts without a sentence, charts on a page without a table of their figures."""
    return list(_ask(page, "poorCharts"))


def svg_text_faults(page: Page) -> list[str]:
    """Words inside charts under 4.5:1, which axe does not compute."""
    return list(_ask(page, "faintWords"))
