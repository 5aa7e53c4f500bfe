-- Items that are no longer on the strip of a source (?1) left it now (?2).
UPDATE items SET last_seen = ?2
WHERE id IN (
        SELECT item FROM shown WHERE source = ?1
        EXCEPT
        SELECT item FROM entry)
  AND last_seen IS NULL;
