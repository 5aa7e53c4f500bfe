UPDATE items SET last_seen = NULL
WHERE id IN (SELECT item FROM entry WHERE NOT fresh) AND last_seen IS NOT NULL;
