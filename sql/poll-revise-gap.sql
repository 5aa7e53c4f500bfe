-- A new item revises the closest of its gap, if each is the other's closest; of equals the first on the page.
UPDATE entry SET revises = best.old
FROM (
        SELECT old, new,
               row_number() OVER (PARTITION BY new ORDER BY closeness DESC, old_position) AS for_new,
               row_number() OVER (PARTITION BY old ORDER BY closeness DESC, new_position) AS for_old
        FROM pair
) AS best
WHERE best.for_new = 1 AND best.for_old = 1 AND entry.item = best.new;
