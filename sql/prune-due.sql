-- Has an item left its strip so long ago (?1) that it is to be removed?
SELECT 1 FROM items WHERE last_seen <= ?1 LIMIT 1;
