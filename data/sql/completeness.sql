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
        o.indicator_code, o.unit_code, o.period_start,
        min(CASE WHEN coalesce(o.numerator, o.value) IS NOT NULL THEN o.recorded_at END) AS first_at
    FROM observation AS o
    JOIN delivery AS d ON d.id = o.delivery_id
    -- :first lies before the first month, because a year that ends in the window began long before it.
    WHERE d.withdrawn_at IS NULL
        AND o.period_start >= CAST(:first AS DATE) AND o.period_start <= CAST(:last AS DATE)
        AND (o.period_kind <> 'month' OR o.period_start >= CAST(:first_month AS DATE))
        AND o.unit_code IN (SELECT unnest(CAST(:units AS VARCHAR[])))
    GROUP BY o.indicator_code, o.unit_code, o.period_start
    -- The newest row must hold a figure; of two recorded at the same moment the later one is the newest.
    HAVING
        max(CASE WHEN coalesce(o.numerator, o.value) IS NULL THEN o.recorded_at END) IS NULL
        OR max(CASE WHEN coalesce(o.numerator, o.value) IS NOT NULL THEN o.recorded_at END)
            > max(CASE WHEN coalesce(o.numerator, o.value) IS NULL THEN o.recorded_at END)
        OR (
            max(CASE WHEN coalesce(o.numerator, o.value) IS NOT NULL THEN o.recorded_at END)
                = max(CASE WHEN coalesce(o.numerator, o.value) IS NULL THEN o.recorded_at END)
            AND max(CASE WHEN coalesce(o.numerator, o.value) IS NOT NULL THEN o.id END)
                > max(CASE WHEN coalesce(o.numerator, o.value) IS NULL THEN o.id END)
        )
) AS r ON r.indicator_code = s.indicator_code AND r.unit_code = s.unit_code
WHERE s.unit_code IN (SELECT unnest(CAST(:units AS VARCHAR[])))
ORDER BY s.unit_code, s.indicator_code, r.period_start
