-- The current observations (see current_observations.sql) of the given indicators in the periods in which any unit ever
-- had a figure that may count as small, :threshold being the limit; in every period for indicators in :always.
-- Whether a figure is small follows from its definition: here it is asked more widely than data.disclosure does.
SELECT indicator_code, unit_code, period_start, numerator, denominator, value
FROM (
    SELECT
        o.*,
        row_number() OVER (
            PARTITION BY o.indicator_code, o.unit_code, o.period_start ORDER BY o.recorded_at DESC, o.id DESC
        ) AS newest
    FROM observation AS o
    JOIN (
        SELECT DISTINCT indicator_code, period_start
        FROM observation
        WHERE indicator_code IN (SELECT unnest(CAST(:indicators AS VARCHAR[]))) AND (
            numerator < :threshold OR denominator < :threshold OR denominator - numerator < :threshold
            OR value < :threshold OR indicator_code IN (SELECT unnest(CAST(:always AS VARCHAR[])))
        )
    ) AS small ON small.indicator_code = o.indicator_code AND small.period_start = o.period_start
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
