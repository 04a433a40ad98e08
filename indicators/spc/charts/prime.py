"""What the two prime charts of Laney share: the variation between subgroups, in units of the variation within them."""

from __future__ import annotations

from indicators.spc import ragged
from indicators.spc.charts.record import Subgroups
from indicators.spc.ragged import Floats


def sigma_z(subgroups: Subgroups, centre: Floats, sigma: Floats) -> Floats:
    """Standard deviation of the standardised values of the baseline, one number per segment.

    Parameters
    ----------
    subgroups : Subgroups
        Values `y`; NaN where nothing was reported, which breaks the moving range on both sides.
    centre, sigma : ndarray of float, shape (n_points,)
        Centre line and the standard deviation the plain chart would use, sqrt(p (1 - p) / n) or sqrt(u / n).

    Returns
    -------
    ndarray of float, shape (n_segments,)
        1 where subgroups vary as the plain chart assumes, above 1 with over-dispersion, below 1 with less variation
        than chance gives (dependent cases, wrong denominators). Not floored at 1. NaN where no moving range is left or
        the baseline lies at 0 or 100 %.

    Notes
    -----
    z_i = (y_i - centre_i) / sigma_i; sigma_z = mean moving range of z / 1.128, screened like any other moving range.
    Where x is a category there are no neighbours in time: sigma_z is the standard deviation of z (n - 1).

    References
    ----------
    Laney, Improved control charts for attributes, Quality Engineering 2002, 14(4): 531-537.
    """
    z = (subgroups.y - centre) / sigma
    if subgroups.has_order:
        return subgroups.moving_range_sd(z)
    z, segment = subgroups.baseline(z)
    return ragged.standard_deviation(z, segment, subgroups.n_segments)
