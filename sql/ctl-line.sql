-- A line of the socket (?1): its type, and what it has if that is an item. An error if it is no JSON.
SELECT ?1 ->> '$.type', ?1 ->> '$.id', ?1 ->> '$.cursor', ?1 ->> '$.source', ?1 ->> '$.headline', ?1 ->> '$.url',
       ?1 ->> '$.language', ?1 ->> '$.published', ?1 ->> '$.first_seen', ?1 ->> '$.revises', ?1 ->> '$.repeats';
