INSERT INTO search (search, rowid, headline)
SELECT 'delete', id, headline FROM items WHERE id IN (SELECT item FROM pruned);
