-- Retain=: what left its strip long ago is removed, in the order in which daemon/store.c runs it.

-- name: prune-due
-- Has an item left its strip so long ago (?1) that it is to be removed?
SELECT 1 FROM items WHERE last_seen <= ?1 LIMIT 1;

-- name: prune-pick
-- The oldest of them, at most so many (?2). The plus keeps the order of ids, so that the walk ends early.
INSERT INTO pruned
SELECT id FROM items WHERE +last_seen <= ?1 ORDER BY id LIMIT ?2;

-- name: prune-forget
-- What identifies an item is kept, with when it left.
UPDATE identities SET gone = items.last_seen
FROM pruned JOIN items ON items.id = pruned.item
WHERE identities.text = identity(items.source, text_key(items.headline)) AND identities.item = items.id;

-- name: prune-oldest
-- Below a removed item the tape has a hole.
UPDATE store
SET oldest = max(oldest, (SELECT max(item) + 1 FROM pruned)),
    items = items - (SELECT count(*) FROM pruned);

-- name: prune-search
-- They are no longer found, and gone.
INSERT INTO search (search, rowid, headline)
SELECT 'delete', id, headline FROM items WHERE id IN (SELECT item FROM pruned);

-- name: prune-items
DELETE FROM items WHERE id IN (SELECT item FROM pruned);

-- name: prune-rebuild
-- Where the index for searching was not what the headlines say, it is made anew of those that are left.
INSERT INTO search (search) VALUES ('rebuild');
