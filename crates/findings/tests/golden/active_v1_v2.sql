WITH records AS (
  SELECT
    r."time" AS "at",
    nullif(r."finding"."uid", '') AS "uid"
  FROM "amazon_security_lake_glue_db_us_east_1"."amazon_security_lake_table_us_east_1_sh_findings_1_0" AS r
  WHERE r."eventday" BETWEEN ? AND ?
    AND r."time" >= ?
    AND r."time" < ?
    AND r."severity" IN (?, ?)
    AND r."metadata"."product"."name" NOT IN (?, ?)
    AND r."state_id" IN (1, 2)
  UNION ALL
  SELECT
    date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00', r."time_dt") AS "at",
    nullif(r."finding_info"."uid", '') AS "uid"
  FROM "amazon_security_lake_glue_db_us_east_1"."amazon_security_lake_table_us_east_1_sh_findings_2_0" AS r
  WHERE r."eventday" BETWEEN ? AND ?
    AND r."time_dt" >= CAST(? AS timestamp)
    AND r."time_dt" < CAST(? AS timestamp)
    AND r."severity" IN (?, ?)
    AND r."metadata"."product"."name" NOT IN (?, ?)
    AND r."status_id" IN (1, 2)
),
counts AS (
  SELECT "at" - mod("at" - 1767225600000, 3600000) AS "bucket", count(DISTINCT "uid") + count(*) - count("uid") AS "n"
  FROM records
  GROUP BY "at" - mod("at" - 1767225600000, 3600000)
),
series AS (
  SELECT sum("n") AS "total",
    array_join(array_agg(concat(CAST(CAST(("bucket" - 1767225600000) / 3600000 AS bigint) AS varchar), ' ', CAST("n" AS varchar)) ORDER BY "bucket"), ',') AS "counts"
  FROM counts
  GROUP BY ()
  HAVING count(*) > 0
),
ranked AS (
  SELECT "counts", row_number() OVER (ORDER BY "total" DESC) AS "place",
    count(*) OVER () AS "series"
  FROM series
)
SELECT "counts", "series"
FROM ranked
WHERE "place" <= 100
-- ? 1: '20251231'
-- ? 2: '20260201'
-- ? 3: 1767225600000
-- ? 4: 1769904000000
-- ? 5: 'High'
-- ? 6: 'Critical'
-- ? 7: 'O''Brien''s'
-- ? 8: ''
-- ? 9: '20251231'
-- ? 10: '20260201'
-- ? 11: '2026-01-01 00:00:00.000'
-- ? 12: '2026-02-01 00:00:00.000'
-- ? 13: 'High'
-- ? 14: 'Critical'
-- ? 15: 'O''Brien''s'
-- ? 16: ''
