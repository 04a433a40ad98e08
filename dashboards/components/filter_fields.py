"""The choices above a table: a labelled list for each, in a form whose answer is the address."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from dashboards.presenters.completeness import Choice


def filter_field(name: str, label: str, options: Markup) -> Markup:
    """A list with its label; `name` is the key in the address.

    Examples
    --------
    >>> print(filter_field("hold", "Hold", Markup("")))
    <span class="ctx"><label for="kf-hold">Hold</label><select id="kf-hold" name="hold"></select></span>
    """
    return Markup(
        '<span class="ctx"><label for="kf-{name}">{label}</label><select id="kf-{name}" name="{name}">{options}'
        "</select></span>"
    ).format(name=name, label=label, options=options)


def options_of(choices: Iterable[Choice]) -> Markup:
    """The entries of a list, the chosen one marked.

    Examples
    --------
    >>> print(options_of([Choice("1", "Hold 1", True)]))
    <option value="1" selected>Hold 1</option>
    """
    return Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(
            choice.value, Markup(" selected" if choice.is_chosen else ""), choice.label
        )
        for choice in choices
    )
