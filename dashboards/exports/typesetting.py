"""Typst as the printer's workshop: data and drawings in, PDF or PNG out.

The templates read their data from one JSON text and hold no sentence of their own. Letters come from the font package,
never from the machine, so that a sheet looks the same everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.typed import possible

if TYPE_CHECKING:
    import typst

_PICTURES = b"""
#let drawings = json(bytes(sys.inputs.data))
#set text(font: "Source Sans Pro")
#for one in drawings {
  page(width: one.width * 1pt, height: one.height * 1pt, margin: 0pt, fill: none,
    image(bytes(one.svg), format: "svg", width: 100%))
}
"""
_SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)"[^>]*?\bheight="([\d.]+)"')
POINTS_PER_INCH = 72


@cache
def _letters() -> typst.Fonts:
    import typst

    found = find_spec("font_source_sans_pro")
    assert found is not None and found.origin is not None
    return typst.Fonts(include_system_fonts=False, font_paths=[str(Path(found.origin).parent / "files")])


def _possible(data: Any) -> Any:
    """Names and texts of many years, some with characters that nothing can be set from: those are left out."""
    if isinstance(data, str):
        return possible(data)
    if isinstance(data, Mapping):
        return {key: _possible(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_possible(value) for value in data]
    return data


def _compiled(template: bytes, data: Any, **options: Any) -> Any:
    import typst

    compiler = typst.Compiler(template, font_paths=_letters(), sys_inputs={"data": json.dumps(_possible(data))})
    return compiler.compile(**options)


def pdf_of(template: bytes, data: Mapping[str, Any], *, moment: datetime) -> bytes:
    """`template` filled in with `data` as a tagged PDF/UA; `moment` (UTC without a zone) stands in its properties."""
    pdf: bytes = _compiled(
        template, data, format="pdf", pdf_standards=["ua-1"], timestamp=moment.replace(tzinfo=UTC, microsecond=0)
    )
    return pdf


def png_of(svg: str, *, scale: float = 1) -> bytes:
    """An SVG document with a width and a height as PNG, `scale` pixels for each of its own."""
    return pngs_of([svg], scale=scale)[0]


def pngs_of(svgs: Sequence[str], *, scale: float = 1) -> list[bytes]:
    """Several at once, which takes little more time than one."""
    drawings = []
    for svg in svgs:
        size = _SIZE.match(svg)
        if size is None:
            raise ValueError("a drawing needs a width and a height of its own")
        drawings.append({"svg": svg, "width": float(size[1]), "height": float(size[2])})
    if not drawings:
        return []
    made = _compiled(_PICTURES, drawings, format="png", ppi=POINTS_PER_INCH * scale)
    return made if isinstance(made, list) else [made]
