-- JSON that one program wrote for another; no tables.

-- name: json-members
-- The members of a JSON object (?1), lists as JSON; no row when it is JSON but no object, an error when it is no JSON.
SELECT key, type, iif(type = 'array', value, atom)
FROM json_each(iif(json_valid(?1), ?1, 'not JSON'))
WHERE json_type(?1) = 'object';

-- name: json-elements
-- The elements of a JSON array (?1).
SELECT type, atom FROM json_each(?1);

-- name: reply-items
-- How many entries a reply (?1) has, and how many of them are not what they must be.
SELECT count(*),
       count(*) FILTER (
               WHERE type <> 'object'
                  OR json_type(value, '$.headline') IS NOT 'text'
                  OR coalesce(json_type(value, '$.url'), 'text') <> 'text'
                  OR coalesce(json_type(value, '$.published'), 'text') <> 'text')
FROM json_each(?1, '$.items');

-- name: json-feed
-- Title, link and time of the items of a JSON Feed (?1), after a row of nulls that says that it is one.
SELECT NULL, NULL, NULL
WHERE json_valid(?1)
  AND coalesce(?1 ->> '$.version' LIKE '%jsonfeed.org/version/%', json_type(?1, '$.items') = 'array')
UNION ALL
SELECT iif(json_type(value, '$.title') IN ('text', 'integer', 'real'), value ->> '$.title', NULL),
       coalesce(iif(json_type(value, '$.url') = 'text', nullif(value ->> '$.url', ''), NULL),
                iif(json_type(value, '$.external_url') = 'text', value ->> '$.external_url', NULL)),
       coalesce(value ->> '$.date_published', value ->> '$.date_modified')
FROM json_each(iif(json_valid(?1), ?1, '{}'), '$.items')
WHERE type = 'object';
