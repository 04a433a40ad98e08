"""Figures of the evaluators' pages, as SVG or HTML of our own: ink and grey, groups by colour + number + shape."""
