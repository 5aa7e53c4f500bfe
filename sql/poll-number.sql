-- Ids for what is new, oldest first: from the end of the page, or with Order=oldest-first (?1) from its top.
UPDATE entry SET fresh = 1, item = numbered.item
FROM (
        SELECT position,
               coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'items'), 0)
               + row_number() OVER (ORDER BY iif(?1, position, -position)) AS item
        FROM entry
        WHERE item IS NULL
) AS numbered
WHERE entry.position = numbered.position;
