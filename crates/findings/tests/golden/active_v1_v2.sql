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
totals AS (
  SELECT "bucket", "n", sum("n") OVER () AS "total"
  FROM counts
),
ranks AS (
  SELECT "bucket", "n", dense_rank() OVER (ORDER BY "total" DESC) AS "place"
  FROM totals
),
ranked AS (
  SELECT "bucket", "n", "place", max("place") OVER () AS "series"
  FROM ranks
)
SELECT "bucket", "n", "series"
FROM ranked
WHERE "place" <= 100
ORDER BY "bucket"
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
