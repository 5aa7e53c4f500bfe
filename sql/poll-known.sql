-- Which item an entry is: (a) one with its text that is on the strip, or left it after ?1 (now less Reappear=;
-- a time in the future counts as now); else (b) one with its text and its own link. An item that was removed is
-- known as well: its identity stays.
UPDATE entry SET item = coalesce(
        (
                SELECT known.item
                FROM identities AS known
                LEFT JOIN items ON items.id = known.item
                WHERE known.text = entry.text
                  AND (coalesce(items.last_seen, known.gone) IS NULL
                       OR coalesce(items.last_seen, known.gone) > ?1)
                ORDER BY coalesce(items.last_seen, known.gone) IS NOT NULL, known.item DESC
                LIMIT 1
        ),
        (
                SELECT known.item
                FROM identities AS known
                WHERE known.text = entry.text AND known.link = entry.own
                ORDER BY known.item DESC
                LIMIT 1
        ));
