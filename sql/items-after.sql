-- Items after an id (?1), at most so many (?2).
SELECT id, source, headline, url, language, published, first_seen, revises, repeats
FROM items
WHERE id > ?1
ORDER BY id
LIMIT ?2;
