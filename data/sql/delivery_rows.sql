-- The rows of a delivery in units the viewer may see, each with what stood there right before it came in: the newest
-- row from a delivery that counted at that moment. Rows that changed something come first.
SELECT
    o.indicator_code, o.unit_code, o.period_start, o.numerator, o.denominator, o.value, o.sd, o.note,
    b.id AS before_id, b.numerator AS numerator_before, b.denominator AS denominator_before,
    b.value AS value_before, b.sd AS sd_before, count(*) OVER () AS n_rows
FROM observation AS o
LEFT JOIN (
    SELECT
        e.*,
        row_number() OVER (
            PARTITION BY e.indicator_code, e.unit_code, e.period_start ORDER BY e.recorded_at DESC, e.id DESC
        ) AS newest
    FROM observation AS e
    JOIN (
        SELECT DISTINCT indicator_code, unit_code, period_start FROM observation WHERE delivery_id = :delivery
    ) AS mine
        ON mine.indicator_code = e.indicator_code AND mine.unit_code = e.unit_code
        AND mine.period_start = e.period_start
    WHERE e.delivery_id < :delivery AND e.recorded_at <= :at AND NOT EXISTS (
        SELECT 1
        FROM (
            SELECT
                delivery_id, kind,
                row_number() OVER (PARTITION BY delivery_id ORDER BY "at" DESC, id DESC) AS latest
            FROM delivery_event
            WHERE "at" <= :at
        ) AS event
        WHERE event.delivery_id = e.delivery_id AND event.latest = 1 AND event.kind = 'withdrawn'
    )
) AS b
    ON b.indicator_code = o.indicator_code AND b.unit_code = o.unit_code AND b.period_start = o.period_start
    AND b.newest = 1
WHERE o.delivery_id = :delivery AND o.unit_code IN (SELECT unnest(CAST(:units AS VARCHAR[])))
ORDER BY CASE WHEN b.id IS NULL THEN 1 ELSE 0 END, o.indicator_code, o.unit_code, o.period_start
LIMIT :most
