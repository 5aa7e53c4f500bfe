-- The new items of a source (?1), in its language (?2), seen now (?3).
INSERT INTO items (id, source, headline, url, language, published, first_seen, revises, repeats)
SELECT item, ?1, headline, url, ?2, published, ?3, revises, repeats
FROM entry
WHERE fresh
ORDER BY item;
