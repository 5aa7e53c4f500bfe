-- What JSON (?1) has at a path (?2), as JSON; NULL when there is nothing.
SELECT ?1 -> ?2;
