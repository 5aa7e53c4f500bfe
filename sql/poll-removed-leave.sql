-- The same for what is known of an item that was removed while it was off the strip, and came back.
UPDATE identities SET gone = ?2
WHERE (text, item) IN (
        SELECT text, item FROM shown
        WHERE source = ?1
          AND item NOT IN (SELECT item FROM entry)
          AND item NOT IN (SELECT id FROM items WHERE id = shown.item));
