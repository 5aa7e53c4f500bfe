-- What a line of the socket (?1) has.
SELECT ?1 ->> '$.type', ?1 ->> '$.id', ?1 ->> '$.cursor', ?1 ->> '$.source', ?1 ->> '$.headline', ?1 ->> '$.url',
       ?1 ->> '$.language', ?1 ->> '$.first_seen', ?1 ->> '$.repeats', ?1 ->> '$.store', ?1 ->> '$.newest',
       ?1 ->> '$.after', ?1 ->> '$.oldest', ?1 ->> '$.code', ?1 ->> '$.message';
