INSERT INTO shown (source, position, item, text)
SELECT ?1, position, item, text FROM entry;
