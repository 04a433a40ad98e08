-- The series each of the given deliveries brought rows for.
SELECT DISTINCT delivery_id, indicator_code, unit_code
FROM observation
WHERE delivery_id IN (SELECT unnest(CAST(:deliveries AS BIGINT[])))
ORDER BY delivery_id, indicator_code, unit_code
