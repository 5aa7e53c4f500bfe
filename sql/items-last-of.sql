-- The same, counting only items of some sources (?2, a JSON array): the id of the first that counts.
SELECT min(id) FROM (
        SELECT items.id
        FROM json_each(?2) AS name
        JOIN items ON items.id IN (
                SELECT id FROM items AS mine WHERE mine.source = name.value ORDER BY id DESC LIMIT ?1)
        ORDER BY items.id DESC
        LIMIT ?1);
