-- The lowest id of the newest so many (?3) items that ctl-items.sql would give.
SELECT min(id) FROM (
    SELECT id FROM items
    WHERE id BETWEEN ?1 AND ?2
      AND (?4 IS NULL OR source IN (SELECT value FROM json_each(?4)))
      AND (?5 IS NULL OR first_seen >= ?5)
      AND (?6 IS NULL OR first_seen < ?6)
      AND (?7 IS NULL OR id IN (SELECT rowid FROM search(?7)))
    ORDER BY id DESC
    LIMIT ?3);
