"""What a page, or a box on it, says when it has nothing to show: what happened, what is safe, and the next step.

One `State` serves three places: a whole page answered by the server with its status code, the same page reached by a
link inside the app, and a box on a page that otherwise works.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from dashboards.components.markup import Html
from dashboards.text import _


@dataclass(frozen=True, slots=True)
class Action:
    """A way on. `reload` loads the page anew instead of navigating inside the app."""

    label: str
    href: str
    is_primary: bool = False
    reload: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """`icon` is a symbol of the sprite without "i-"; `text` may hold markup made by us."""

    icon: str
    title: str
    text: str | Markup = ""
    actions: tuple[Action, ...] = ()
    hint: str = ""
    reference: str = ""

    def markup(self, heading: str = "h1") -> Markup:
        """The state as HTML. `heading` is "h1" for a whole page, "h2" or "h3" for a box."""
        parts = [Markup('<svg class="ico ico--xl" aria-hidden="true"><use href="#i-{}"/></svg>').format(self.icon)]
        parts.append(Markup("<{0}>{1}</{0}>").format(Markup(heading), self.title))
        if self.text:
            parts.append(Markup("<p>{}</p>").format(self.text))
        if self.actions:
            buttons = Markup("").join(
                Markup('<a class="btn{}" href="{}"{}>{}</a>').format(
                    Markup(" btn--primary" if action.is_primary else ""),
                    action.href,
                    Markup(" data-reload" if action.reload else ""),
                    action.label,
                )
                for action in self.actions
            )
            parts.append(Markup('<div class="pick">{}</div>').format(buttons))
        if self.reference:
            parts.append(
                Markup(
                    '<p class="ref">{} <code>{}</code> <button type="button" class="btn btn--sm btn--quiet" '
                    'data-copy="{}">{}</button></p>'
                ).format(_("Reference"), self.reference, self.reference, _("Kopiér"))
            )
        if self.hint:
            parts.append(Markup('<p class="hint">{}</p>').format(self.hint))
        return Markup('<div class="sbox">{}</div>').format(Markup("").join(parts))


def page_state(state: State) -> Html:
    """A state that takes the whole page."""
    return Html(html=Markup('<section class="card stt__c stt__c--page">{}</section>').format(state.markup("h1")))


def box_state(state: State, *, heading: str = "h2") -> Html:
    """A state that takes the place of one chart, table or list; the rest of the page works."""
    return Html(html=Markup('<div class="card stt__c">{}</div>').format(state.markup(heading)))


# ------------------------------------------------------------------------------------------------- the states we know


def _home(home: str, *, is_primary: bool = True) -> Action:
    return Action(_("Til dit overblik"), home, is_primary=is_primary)


def not_found(*, home: str = "/", text: str = "") -> State:
    """There is no such page, indicator or unit (404)."""
    return State(
        "search",
        _("Siden findes ikke"),
        text or _("Adressen fører ingen steder hen. Den kan være skrevet forkert, eller siden er flyttet."),
        (_home(home),),
    )


def unit_not_found(*, home: str = "/") -> State:
    """The unit of the address does not exist (404). Its code is not repeated: an address can hold anything."""
    return State(
        "search",
        _("Enheden findes ikke"),
        _("Der er ingen enhed med koden i adressen. Vælg en anden enhed øverst, eller gå til dit overblik."),
        (_home(home),),
    )


def not_allowed(unit_name: str, own_name: str = "", *, home: str = "/") -> State:
    """The unit exists and the viewer may not see it (403). Says its name and nothing else of it."""
    text = (
        Markup(_("Du har adgang til <b>{own}</b>. Siden findes, men kræver ret til at se enheden.")).format(
            own=own_name
        )
        if own_name
        else _("Siden findes, men kræver ret til at se enheden.")
    )
    return State(
        "lock",
        _("Du har ikke adgang til {unit}").format(unit=unit_name),
        text,
        (_home(home),),
        _("Mangler du adgangen i dit arbejde, så bed den, der administrerer Tavle hos jer, om den."),
    )


def page_not_allowed(text: str = "", *, home: str = "/") -> State:
    """The page is for other roles (403)."""
    return State(
        "lock",
        _("Du har ikke adgang til siden"),
        text or _("Siden findes, men er for andre roller end din."),
        (_home(home),),
        "" if text else _("Mangler du adgangen i dit arbejde, så bed den, der administrerer Tavle hos jer, om den."),
    )


def no_units(*, is_evaluating: bool = False) -> State:
    """The viewer is signed in and may see no unit: yet, or because evaluating goes on without their names."""
    if is_evaluating:
        return State(
            "users",
            _("Du evaluerer uden enhedernes navne"),
            _("Her vises enheder ved navn. Under Evaluering er de samme enheder med som pseudonymer."),
            (Action(_("Gå til Evaluering"), "/evaluering", is_primary=True),),
        )
    return State(
        "users",
        _("Du har endnu ikke adgang til nogen enhed"),
        _("Bed den, der administrerer Tavle hos jer, om at give dig adgang til din enhed."),
    )


def failed(reference: str, *, again: str = "", title: str = "") -> State:
    """Something of ours broke (500). `again` is the address to try once more."""
    actions = (Action(_("Prøv igen"), again, is_primary=True, reload=True),) if again else ()
    return State(
        "warn",
        title or _("Siden kunne ikke vises"),
        _("Fejlen er vores, ikke jeres. Ingen data er ændret."),
        (*actions, _home("/", is_primary=not actions)),
        _("Send referencen til den, der driver Tavle hos jer, så kan fejlen findes."),
        reference,
    )


def skeleton(label: str = "") -> Markup:
    """Grey rows of final size while the first page is on its way; never a spinner over the page."""
    cells = Markup("<td>{}</td>").format(
        Markup("").join(Markup('<span class="skel skel--{}"></span>').format(part) for part in ("ic", "ic2", "v"))
    )
    row = Markup('<tr><td><span class="skel skel--n"></span></td>{}</tr>').format(cells * 4)
    return Markup(
        '<div class="skeleton"><p class="visually-hidden" role="status">{}</p><div aria-hidden="true">'
        '<p class="skeleton__h"><span class="skel skel--h"></span></p>'
        '<p class="skeleton__p"><span class="skel skel--p"></span></p>'
        '<div class="card"><table class="sktab"><tbody>{}</tbody></table></div></div></div>'
    ).format(escape(label or _("Henter siden")), row * 9)
