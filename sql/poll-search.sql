INSERT INTO search (rowid, headline)
SELECT item, headline FROM entry WHERE fresh;
