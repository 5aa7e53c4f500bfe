UPDATE outages SET until = ?2 WHERE source = ?1 AND until IS NULL;
