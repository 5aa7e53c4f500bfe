-- What JSON (?1) has at a path (?2), as text or number.
SELECT ?1 ->> ?2;
