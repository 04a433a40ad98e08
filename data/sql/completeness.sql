-- Every series of the given units with, in rows of its own, each period in the window it has a figure for, and when the
-- first figure that counts came in. A series without any comes once, with empty period. A period whose newest row is
-- empty, and one whose deliveries are all withdrawn, counts as not received.
SELECT
    s.indicator_code, s.unit_code, s.starts_on, s.ends_on, s.owner, i.period AS period_kind,
    u.valid_from, u.valid_to, u.successor_code, r.period_start, r.first_at
FROM series AS s
JOIN unit AS u ON u.code = s.unit_code
JOIN (
    SELECT code, period, row_number() OVER (PARTITION BY code ORDER BY version DESC) AS newest FROM indicator
) AS i ON i.code = s.indicator_code AND i.newest = 1
LEFT JOIN (
    SELECT
        indicator_code, unit_code, period_start,
        min(CASE WHEN figure IS NOT NULL THEN recorded_at END) AS first_at
    FROM (
        SELECT
            o.indicator_code, o.unit_code, o.period_start, o.recorded_at, coalesce(o.numerator, o.value) AS figure,
            row_number() OVER (
                PARTITION BY o.indicator_code, o.unit_code, o.period_start ORDER BY o.recorded_at DESC, o.id DESC
            ) AS newest
        FROM observation AS o
        JOIN delivery AS d ON d.id = o.delivery_id
        WHERE d.withdrawn_at IS NULL
            AND o.period_start >= CAST(:first AS DATE) AND o.period_start <= CAST(:last AS DATE)
            AND o.unit_code IN (SELECT unnest(CAST(:units AS VARCHAR[])))
    ) AS ranked
    GROUP BY indicator_code, unit_code, period_start
    HAVING max(CASE WHEN newest = 1 AND figure IS NOT NULL THEN 1 ELSE 0 END) = 1
) AS r ON r.indicator_code = s.indicator_code AND r.unit_code = s.unit_code
WHERE s.unit_code IN (SELECT unnest(CAST(:units AS VARCHAR[])))
ORDER BY s.unit_code, s.indicator_code, r.period_start
