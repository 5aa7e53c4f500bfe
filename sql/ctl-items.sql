-- Items from one id (?1) to another (?2), at most so many (?3): of these sources (?4, JSON), first seen from
-- a time (?5) and before another (?6), with these words (?7); each of the four may be NULL.
SELECT 'item', id, (SELECT id FROM store) || '-' || id, source, headline, url, language, published, first_seen,
       revises, repeats
FROM items
WHERE id BETWEEN ?1 AND ?2
  AND (?4 IS NULL OR source IN (SELECT value FROM json_each(?4)))
  AND (?5 IS NULL OR first_seen >= ?5)
  AND (?6 IS NULL OR first_seen < ?6)
  AND (?7 IS NULL OR id IN (SELECT rowid FROM search(?7)))
ORDER BY id
LIMIT ?3;
