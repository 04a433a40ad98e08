-- The months of the given units that somebody has declared to have no figures: the newest step says so. Where a figure
-- came in all the same, the figure counts; whoever asks sees to that.
SELECT indicator_code, unit_code, period_start
FROM (
    SELECT
        indicator_code, unit_code, period_start, state,
        row_number() OVER (PARTITION BY indicator_code, unit_code, period_start ORDER BY id DESC) AS newest
    FROM month_state
    WHERE unit_code IN (SELECT unnest(CAST(:units AS VARCHAR[])))
) AS ranked
WHERE newest = 1 AND state = 'no_figures'
