-- JSON that a page has, read by the fetcher, and the reply that it writes; no tables.

-- name: json-valid
-- Whether a text (?1) is JSON as RFC 8259 has it: later versions of SQLite read more than that, and must be asked first.
SELECT json_valid(?1);

-- name: json-part
-- What JSON (?1) has at a path (?2), as JSON; NULL when there is nothing.
SELECT ?1 -> ?2;

-- name: json-flag
-- What JSON (?1) has at a path (?2), as a text: 0 where it is false, a zero, or an array or object without anything in it;
-- NULL where it is null or nothing at all.
SELECT CASE json_type(?1, ?2)
    WHEN 'real' THEN ?1 ->> ?2 <> 0
    WHEN 'array' THEN json_array_length(?1, ?2)
    WHEN 'object' THEN ?1 -> ?2 <> '{}'
    ELSE ?1 ->> ?2
END;

-- name: json-entries
-- The entries of a strip (?1), each as JSON: the elements of an array; the values of an object, or the object itself
-- if it has a text or a null where the headline (?2) of an entry is; a value that is neither.
SELECT CASE type WHEN 'object' THEN value WHEN 'array' THEN value ELSE json_quote(atom) END
FROM json_each(iif(json_type(?1) = 'object' AND json_type(?1, ?2) IN ('text', 'null'), '[' || ?1 || ']', ?1));

-- name: json-entry
-- What an entry (?1) has at the paths of its headline (?2), its link (?3) and its time (?4), where that is a text; a
-- time may be a number, which stays as it is written. A path that is NULL is that of nothing.
SELECT iif(json_type(?1, ?2) = 'text', ?1 ->> ?2, NULL),
       iif(json_type(?1, ?3) = 'text', ?1 ->> ?3, NULL),
       CASE json_type(?1, ?4) WHEN 'text' THEN ?1 ->> ?4 WHEN 'integer' THEN ?1 -> ?4 WHEN 'real' THEN ?1 -> ?4 END;

-- name: json-lists
-- The lists of objects in a JSON text (?1) that are in no other list: paths, and how many entries each has.
SELECT path, json_array_length(?1, path) FROM json_tree(?1)
WHERE type = 'object' AND key = 0 AND typeof(key) = 'integer' AND instr(path, '[') = 0;

-- name: json-leaves
-- The texts of the first entry of a list (?2) in a JSON text (?1): their paths in the entry, names and values.
SELECT '$' || substr(fullkey, length(?2) + 4), key, atom FROM json_tree(?1, ?2 || '[0]')
WHERE type = 'text' AND instr(substr(fullkey, length(?2) + 4), '[') = 0;

-- name: json-flags
-- What is true or false beside a list (?2) of a JSON text (?1), or beside what the list is in, the nearest first.
SELECT fullkey, key, type = 'true' FROM json_tree(?1)
WHERE type IN ('true', 'false') AND substr(?2, 1, length(path) + 1) = path || '.'
ORDER BY length(path) DESC;

-- name: reply-entry
-- An entry of a reply: headline (?1), link (?2) and time (?3), where they are known.
SELECT json_patch('{}', json_object('headline', ?1, 'url', ?2, 'published', ?3));

-- name: reply-line
-- A reply of the fetcher. Texts that are NULL and numbers that are 0 are not known; its entries (?12) are JSON.
SELECT json_patch('{}', json_object(
        'source', ?1, 'state', ?2, 'detail', ?3, 'http', nullif(?4, 0), 'retry_after', nullif(?5, 0),
        'fresh_for', nullif(?6, 0), 'date', nullif(?7, 0), 'bytes', nullif(?8, 0), 'ms', nullif(?9, 0),
        'cpu', nullif(?10, 0), 'strip', nullif(?11, 0), 'items', json(?12)));
