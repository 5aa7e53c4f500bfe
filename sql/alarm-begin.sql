INSERT INTO outages (source, state, since, until, detail) VALUES (?1, ?2, ?3, ?4, ?5);
