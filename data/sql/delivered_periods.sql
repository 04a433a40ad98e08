-- The periods each series of the given units has a figure for now: the newest row counts, and it must hold a figure.
SELECT indicator_code, unit_code, period_start
FROM (
    SELECT
        o.indicator_code, o.unit_code, o.period_start,
        coalesce(o.numerator, o.value) AS figure,
        row_number() OVER (
            PARTITION BY o.indicator_code, o.unit_code, o.period_start ORDER BY o.recorded_at DESC, o.id DESC
        ) AS newest
    FROM observation AS o
    JOIN delivery AS d ON d.id = o.delivery_id
    WHERE d.withdrawn_at IS NULL AND o.unit_code IN (SELECT unnest(CAST(:units AS VARCHAR[])))
) AS ranked
WHERE newest = 1 AND figure IS NOT NULL
