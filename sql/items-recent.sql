-- After which id the items come that were new in the ten minutes before the newest item; of the newest 10,000, for
-- a clock that jumped may have made all of them recent.
SELECT coalesce(max(id) FILTER (WHERE first_seen < since), min(id) - 1, 0)
FROM (SELECT id, first_seen FROM items ORDER BY id DESC LIMIT 10000),
        (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', first_seen, '-10 minutes') AS since FROM items ORDER BY id DESC LIMIT 1);
