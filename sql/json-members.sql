-- The members of a JSON object (?1), lists as JSON; no row when it is JSON but no object, an error when it is no JSON.
SELECT key, type, iif(type = 'array', value, atom)
FROM json_each(iif(json_valid(?1), ?1, 'not JSON'))
WHERE json_type(?1) = 'object';
