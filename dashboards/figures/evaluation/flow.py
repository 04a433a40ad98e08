"""From participants to what can be analysed, with the reason of every loss: a list, drawn as boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboards.figures.evaluation.groups import GroupMark
from dashboards.figures.icons import ui_icon
from dashboards.figures.marks import place
from dashboards.text import _, number

WIDTH, HEIGHT, GAP = 154.0, 6.0, 1.0


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One box. `by_group` has a count for each group; `lost` says who fell away before it, `share` "93 % af 184"."""

    name: str
    n: int
    share: str
    by_group: tuple[int, ...]
    lost: str = ""
    reasons: tuple[str, ...] = ()


def flow_list(steps: Sequence[FlowStep], groups: Sequence[GroupMark], *, label: str) -> Markup:
    """The steps in a row (under each other on a phone), each with a bar of the groups; the first bar is full."""
    total = max((step.n for step in steps), default=0)
    items = Markup("").join(
        Markup(
            '{}<li class="flow__s{}"><span class="flow__n">{}</span><b>{}</b><span class="flow__p">{}</span>{}</li>'
        ).format(
            _loss(step) if i else Markup(""),
            Markup(" flow__s--end") if i == len(steps) - 1 else Markup(""),
            step.name,
            number(step.n),
            step.share,
            group_bar(step.by_group, groups, total),
        )
        for i, step in enumerate(steps)
    )
    return Markup('<ol class="flow" aria-label="{}">{}</ol>').format(label, items)


def _loss(step: FlowStep) -> Markup:
    reasons = Markup("").join(Markup("<span>{}</span>").format(reason) for reason in step.reasons)
    return Markup('<li class="flow__l{}">{}<b>{}</b>{}</li>').format(
        Markup("") if step.reasons else Markup(" is-none"), ui_icon("arr-r"), step.lost or _("Ingen udgår"), reasons
    )


def group_bar(counts: Sequence[int], groups: Sequence[GroupMark], total: int) -> Markup:
    """One bar in parts: the groups in their order, each as long as its count; what is left of `total` stays empty."""
    parts, x = [], 0.0
    room = WIDTH - GAP * (len(counts) - 1)
    for count, group in zip(counts, groups, strict=True):
        width = room * count / total if total else 0.0
        if width > 0:
            parts.append(
                Markup('<rect class="{}" x="{}" y="0" width="{}" height="{}"><title>{}</title></rect>').format(
                    group.css, place(x), place(width), place(HEIGHT), f"{group.name}: {number(count)}"
                )
            )
        x += width + GAP
    return Markup(
        '<svg class="flow__b" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="fl-track" width="{}" height="{}"/>{}</svg>'
    ).format(place(WIDTH), place(HEIGHT), place(WIDTH), place(HEIGHT), Markup("").join(parts))
