-- The oldest of them, at most so many (?2). The plus keeps the order of ids, so that the walk ends early.
INSERT INTO pruned
SELECT id FROM items WHERE +last_seen <= ?1 ORDER BY id LIMIT ?2;
