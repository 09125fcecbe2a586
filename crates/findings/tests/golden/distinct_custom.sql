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
series AS (
  SELECT "k0", sum("n") AS "total",
    array_join(array_agg(concat(CAST(CAST(("bucket" - 1767225600000) / 86400000 AS bigint) AS varchar), ' ', CAST("n" AS varchar)) ORDER BY "bucket"), ',') AS "counts"
  FROM counts
  GROUP BY "k0"
  HAVING count(*) > 0
),
ranked AS (
  SELECT "k0", "counts", row_number() OVER (ORDER BY "total" DESC, "k0") AS "place",
    count(*) OVER () AS "series"
  FROM series
)
SELECT "k0", "counts", "series"
FROM ranked
WHERE "place" <= 100
ORDER BY "k0"
-- ? 1: 1767225600000
-- ? 2: 1769904000000
-- ? 3: 'arn:aws:iam::111122223333:root'
