-- The entries of the fetcher's reply (?1).
SELECT value ->> '$.headline', value ->> '$.url', value ->> '$.published'
FROM json_each(?1, '$.items');
