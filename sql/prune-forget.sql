-- What identifies an item is kept, with when it left.
UPDATE identities SET gone = items.last_seen
FROM pruned JOIN items ON items.id = pruned.item
WHERE identities.text = identity(items.source, text_key(items.headline)) AND identities.item = items.id;
