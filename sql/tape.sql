-- The tape, read in pages, and how far its followers have come.

-- name: items-bounds
-- Of the tape: the store's id, the lowest id from which there is no hole, the newest id that was ever given, the
-- number of items.
SELECT id, oldest, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'items'), 0), items FROM store;

-- name: items-after
-- Items after an id (?1), at most so many (?2).
SELECT id, source, headline, url, language, published, first_seen, revises, repeats
FROM items
WHERE id > ?1
ORDER BY id
LIMIT ?2;

-- name: items-last
-- After which id the newest so many (?1) items come.
SELECT id FROM items ORDER BY id DESC LIMIT 1 OFFSET ?1;

-- name: items-last-of
-- The same, counting only items of some sources (?2, a JSON array): the id of the first that counts.
SELECT min(id) FROM (
        SELECT items.id
        FROM json_each(?2) AS name
        JOIN items ON items.id IN (
                SELECT id FROM items AS mine WHERE mine.source = name.value ORDER BY id DESC LIMIT ?1)
        ORDER BY items.id DESC
        LIMIT ?1);

-- name: items-recent
-- After which id the items come that were new in the ten minutes before the newest item; of the newest 10,000, for
-- a clock that jumped may have made all of them recent.
SELECT coalesce(max(id) FILTER (WHERE first_seen < since), min(id) - 1, 0)
FROM (SELECT id, first_seen FROM items ORDER BY id DESC LIMIT 10000),
        (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', first_seen, '-10 minutes') AS since FROM items ORDER BY id DESC LIMIT 1);

-- name: follower-place
-- How far a follower (?1) has come.
SELECT place FROM followers WHERE name = ?1;

-- name: follower-set
-- It has come so far (?2).
INSERT INTO followers VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET place = ?2 WHERE place <> ?2;
