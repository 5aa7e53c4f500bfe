-- A new item that repeats none revises the newest item of its own link, if that is no longer shown and close.
UPDATE entry SET revises = (
        SELECT items.id
        FROM items
        WHERE items.id = (
                SELECT identities.item
                FROM identities
                WHERE identities.link = entry.own
                ORDER BY identities.item DESC
                LIMIT 1)
          AND NOT EXISTS (SELECT 1 FROM entry AS other WHERE other.item = items.id)
          AND closeness(words(entry.key), words(text_key(items.headline))) >= 0.5)
WHERE fresh AND repeats IS NULL AND own IS NOT NULL;
