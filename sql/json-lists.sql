-- The lists of objects in a JSON text (?1) that are in no other list: paths, and how many entries each has.
SELECT path, json_array_length(?1, path) FROM json_tree(?1)
WHERE type = 'object' AND key = 0 AND typeof(key) = 'integer' AND instr(path, '[') = 0;
