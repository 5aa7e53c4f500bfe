-- The entries of a reply (?1) of a source (?2): strings cleaned, copies merged into the first with the first
-- link that a copy has, in page order.
INSERT INTO entry (position, headline, url, published, key, text, link)
WITH
raw AS MATERIALIZED (
        SELECT key AS place,
               clean(value ->> '$.headline', 2048) AS headline,
               clean_url(value ->> '$.url') AS url,
               nullif(clean(value ->> '$.published', 128), '') AS published
        FROM json_each(?1, '$.items')
),
keyed AS MATERIALIZED (
        SELECT *, text_key(headline) AS key
        FROM raw
),
merged AS (
        SELECT min(place) AS place, substr(min(format('%06d', place) || url), 7) AS url
        FROM keyed
        WHERE key <> ''
        GROUP BY key
)
SELECT row_number() OVER (ORDER BY merged.place),
       keyed.headline,
       merged.url,
       keyed.published,
       keyed.key,
       identity(?2, keyed.key),
       identity(?2, merged.url)
FROM merged
JOIN keyed USING (place);
