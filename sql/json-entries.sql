-- The entries of a strip (?1), each as JSON: the elements of an array; the values of an object, or the object itself
-- if it has a text or a null where the headline (?2) of an entry is; a value that is neither.
SELECT CASE type WHEN 'object' THEN value WHEN 'array' THEN value ELSE json_quote(atom) END
FROM json_each(iif(json_type(?1) = 'object' AND json_type(?1, ?2) IN ('text', 'null'), '[' || ?1 || ']', ?1));
