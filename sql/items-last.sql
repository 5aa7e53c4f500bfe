-- After which id the newest so many (?1) items come.
SELECT id FROM items ORDER BY id DESC LIMIT 1 OFFSET ?1;
