DELETE FROM shown WHERE source = ?1;
