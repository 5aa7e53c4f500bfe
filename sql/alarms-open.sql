SELECT 1 FROM outages WHERE source = ?1 AND until IS NULL LIMIT 1;
