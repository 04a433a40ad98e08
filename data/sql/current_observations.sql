-- The newest row per indicator, unit and period that was recorded by :as_of, from deliveries that counted then: those
-- whose newest event by :as_of is not "withdrawn". :indicators and :units are lists of the same length: the pairs that
-- are asked for.
SELECT
    indicator_code, unit_code, period_start, numerator, denominator, value, sd, note, delivery_id, recorded_at,
    indicator_version, id
FROM (
    SELECT
        o.*,
        row_number() OVER (
            PARTITION BY o.indicator_code, o.unit_code, o.period_start ORDER BY o.recorded_at DESC, o.id DESC
        ) AS newest
    FROM observation AS o
    JOIN (
        SELECT DISTINCT
            unnest(CAST(:indicators AS VARCHAR[])) AS indicator_code,
            unnest(CAST(:units AS VARCHAR[])) AS unit_code
    ) AS pair ON pair.indicator_code = o.indicator_code AND pair.unit_code = o.unit_code
    WHERE o.recorded_at <= :as_of AND NOT EXISTS (
        SELECT 1
        FROM (
            SELECT
                delivery_id, kind,
                row_number() OVER (PARTITION BY delivery_id ORDER BY "at" DESC, id DESC) AS latest
            FROM delivery_event
            WHERE "at" <= :as_of
        ) AS event
        WHERE event.delivery_id = o.delivery_id AND event.latest = 1 AND event.kind = 'withdrawn'
    )
) AS ranked
WHERE newest = 1
ORDER BY indicator_code, unit_code, period_start
