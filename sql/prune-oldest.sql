-- Below a removed item the tape has a hole.
UPDATE store
SET oldest = max(oldest, (SELECT max(item) + 1 FROM pruned)),
    items = items - (SELECT count(*) FROM pruned);
