-- The same for what is known of items that were removed: they are on the strip, so they are not gone.
UPDATE identities SET gone = NULL
WHERE (text, item) IN (SELECT text, item FROM entry WHERE NOT fresh) AND gone IS NOT NULL;
