-- A line of the socket (?1): its type, id and cursor, and, if asked for (?2), what else of an item is shown. An error if it
-- is no JSON.
SELECT ?1 ->> '$.type', ?1 ->> '$.id', ?1 ->> '$.cursor', iif(?2, ?1 ->> '$.source', NULL),
       iif(?2, ?1 ->> '$.headline', NULL), iif(?2, ?1 ->> '$.url', NULL), NULL, NULL,
       iif(?2, ?1 ->> '$.first_seen', NULL), iif(?2, ?1 ->> '$.revises', NULL), iif(?2, ?1 ->> '$.repeats', NULL);
