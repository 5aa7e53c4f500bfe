-- The cursor before the first item that was first seen at a time (?1) or later: that of the end if there is none.
SELECT store.id || '-' || coalesce((SELECT min(id) - 1 FROM items WHERE first_seen >= ?1),
                                   (SELECT max(id) FROM items), 0)
FROM store;
