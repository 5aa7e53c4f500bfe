INSERT INTO identities (text, item, link)
SELECT text, item, link
FROM entry
WHERE fresh;
