-- The texts of the first entry of a list (?2) in a JSON text (?1): their paths in the entry, names and values.
SELECT '$' || substr(fullkey, length(?2) + 4), key, atom FROM json_tree(?1, ?2 || '[0]')
WHERE type = 'text' AND instr(substr(fullkey, length(?2) + 4), '[') = 0;
