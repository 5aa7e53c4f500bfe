-- What a daemon wrote down of a subscriber (?1) for the next one.
SELECT ?1 -> '$.request', ?1 ->> '$.end', ?1 ->> '$.pending', ?1 ->> '$.input';
