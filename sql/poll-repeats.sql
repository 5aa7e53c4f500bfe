-- A new item repeats the newest with the same text.
UPDATE entry SET repeats = (
        SELECT item FROM identities WHERE identities.text = entry.text ORDER BY item DESC LIMIT 1)
WHERE fresh;
