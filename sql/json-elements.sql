-- The elements of a JSON array (?1).
SELECT type, atom FROM json_each(?1);
