WITH records AS (
  SELECT
    coalesce(CAST(r."eventsource" AS varchar), '') AS "k0",
    CAST(to_unixtime(try(from_iso8601_timestamp(r."eventtime"))) * 1000 AS bigint) AS "at",
    nullif(CAST(r."eventid" AS varchar), '') AS "uid"
  FROM "logs"."cloudtrail" AS r
  WHERE CAST(to_unixtime(try(from_iso8601_timestamp(r."eventtime"))) * 1000 AS bigint) >= ?
    AND CAST(to_unixtime(try(from_iso8601_timestamp(r."eventtime"))) * 1000 AS bigint) < ?
    AND (CAST(r."useridentity"."arn" AS varchar) NOT IN (?) OR CAST(r."useridentity"."arn" AS varchar) IS NULL)
),
counts AS (
  SELECT "k0", "at" - mod("at" - 1767225600000, 86400000) AS "bucket", count(DISTINCT "uid") + count(*) - count("uid") AS "n"
  FROM records
  GROUP BY "k0", "at" - mod("at" - 1767225600000, 86400000)
),
totals AS (
  SELECT "k0", "bucket", "n", sum("n") OVER (PARTITION BY "k0") AS "total"
  FROM counts
),
ranks AS (
  SELECT "k0", "bucket", "n", dense_rank() OVER (ORDER BY "total" DESC, "k0") AS "place"
  FROM totals
),
ranked AS (
  SELECT "k0", "bucket", "n", "place", max("place") OVER () AS "series"
  FROM ranks
)
SELECT "k0", "bucket", "n", "series"
FROM ranked
WHERE "place" <= 100
ORDER BY "k0", "bucket"
-- ? 1: 1767225600000
-- ? 2: 1769904000000
-- ? 3: 'arn:aws:iam::111122223333:root'
