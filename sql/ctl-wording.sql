-- The headline of an item (?1), if this is the store of that cursor (?2).
SELECT headline FROM items, store WHERE items.id = ?1 AND ?2 LIKE store.id || '-%';
