DELETE FROM items WHERE id IN (SELECT item FROM pruned);
