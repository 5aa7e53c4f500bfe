INSERT INTO followers VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET place = ?2 WHERE place <> ?2;
