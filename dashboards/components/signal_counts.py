"""The two counts of improvement in one table, the same on Hold and Effekt."""

from __future__ import annotations

from markupsafe import Markup

from dashboards.presenters.evaluation_signals import Count, SignalCounts
from dashboards.text import _, language, ngettext, number

NOTHING = Markup("")


def signal_counts(counts: SignalCounts) -> Markup:
    """A row for each way of counting, the participants beside the units outside and chance, and who is left out."""
    if not counts.n:
        return NOTHING
    rows = Markup("").join(
        _row(name, about, one, counts)
        for name, about, one in (
            (_("Gemt signal"), _("hele serien mod sin egen basislinje, som tabellen viser det"), counts.stored),
            (_("Efter start"), _("kun månederne fra start, mod medianen før start"), counts.after_start),
        )
    )
    name = ngettext(
        "Forbedring talt på to måder i det samme projekt", "Forbedring talt på to måder i de samme {count} projekter",
        counts.n,
    ).format(count=number(counts.n))  # fmt: skip
    table = Markup(
        '<table class="tbl tbl--compact sgc"><caption class="visually-hidden">{}</caption><thead><tr><th scope="col">{}'
        '</th><th scope="col" class="num">{}</th><th scope="col" class="num">{}</th><th scope="col" class="num">{}</th>'
        "</tr></thead><tbody>{}</tbody></table>"
    ).format(name, _("Talt som"), _("Deltagere"), _("Uden for programmet"), _("Ved tilfældighed"), rows)
    notes = Markup("").join(Markup("<p>{}</p>").format(said) for said in _notes(counts))
    return Markup('<div class="sgc__s"><div class="tbl-wrap">{}</div><div class="muted f-12">{}</div></div>').format(
        table, notes
    )


def signal_fold(counts: SignalCounts) -> Markup:
    """Both counts in a line, with their table one click away."""
    if not counts.n:
        return NOTHING
    said = _("Forbedring: {stored} af {n} har et gemt signal, {after} af {n} et signal efter start.").format(
        stored=number(counts.stored.inside), after=number(counts.after_start.inside), n=number(counts.n)
    )
    if counts.n_outside:
        said += " " + _("Uden for programmet {stored} og {after} af {n}.").format(
            stored=number(counts.stored.outside),
            after=number(counts.after_start.outside),
            n=number(counts.n_outside),
        )
    return Markup('<details class="disc sgc__d"><summary>{}</summary>{}</details>').format(said, signal_counts(counts))


def _row(name: str, about: str, one: Count, counts: SignalCounts) -> Markup:
    chance = _("under 1") if one.by_chance < 0.5 else _("ca. {count}").format(count=number(one.by_chance))
    outside = _of(one.outside, counts.n_outside) if counts.n_outside else _("ingen at sammenligne med")
    return Markup(
        '<tr><th scope="row"><b>{}</b><small>{}</small></th><td class="num" data-label="{}">{}</td>'
        '<td class="num" data-label="{}">{}</td><td class="num" data-label="{}">{}</td></tr>'
    ).format(
        name, about, _("Deltagere"), _of(one.inside, counts.n), _("Uden for programmet"), outside,
        _("Ved tilfældighed"), _("{about} af {total}").format(about=chance, total=number(counts.n)),
    )  # fmt: skip


def _of(count: int, total: int) -> str:
    return _("{count} af {total}").format(count=number(count), total=number(total))


def _notes(counts: SignalCounts) -> list[str]:
    said = [
        _("De to svarer på hver sit spørgsmål og kan være forskellige. Projekterne og antallet er de samme på Hold og "
          "Effekt: dem, der kan analyseres.")
    ]  # fmt: skip
    if counts.left_out:
        reasons = "; ".join(
            _("{count}: {reason}").format(count=number(count), reason=reason.say(language()))
            for reason, count in counts.left_out
        )
        left = ngettext(
            "{count} deltagende enhed tæller ikke med ({reasons}).",
            "{count} deltagende enheder tæller ikke med ({reasons}).",
            counts.n_left_out,
        )
        said.append(left.format(count=number(counts.n_left_out), reasons=reasons))
    said += [
        ngettext(
            "{count} projekt kan ikke have et signal efter start: {reason}.",
            "{count} projekter kan ikke have et signal efter start: {reason}.",
            count,
        ).format(count=number(count), reason=reason.say(language()))
        for reason, count in counts.unjudged
    ]
    return said
