SELECT 1 FROM sources WHERE name = ?1;
