-- What is true or false beside a list (?2) of a JSON text (?1), or beside what the list is in, the nearest first.
SELECT fullkey, key, type = 'true' FROM json_tree(?1)
WHERE type IN ('true', 'false') AND substr(?2, 1, length(path) + 1) = path || '.'
ORDER BY length(path) DESC;
