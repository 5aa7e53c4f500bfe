-- What JSON (?1) has at a path (?2), as a text: 0 where it is false, a zero, or an array or object without anything in it;
-- NULL where it is null or nothing at all.
SELECT CASE json_type(?1, ?2)
    WHEN 'real' THEN ?1 ->> ?2 <> 0
    WHEN 'array' THEN json_array_length(?1, ?2)
    WHEN 'object' THEN ?1 -> ?2 <> '{}'
    ELSE ?1 ->> ?2
END;
