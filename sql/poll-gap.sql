-- What is gone from the strip of a source (?1) and no new item revises yet, and what is new and revises and
-- repeats nothing, each between its neighbours that stayed. The ends of the strip are neighbours, too, but one
-- of the two must be an entry.
INSERT INTO gap
WITH
rows AS MATERIALIZED (
        SELECT 1 AS old, shown.position, shown.item,
               entry.item IS NOT NULL AS stayed,
               entry.item IS NULL AND NOT EXISTS (SELECT 1 FROM entry AS e WHERE e.revises = shown.item) AS open
        FROM shown
        LEFT JOIN entry ON entry.item = shown.item
        WHERE shown.source = ?1
        UNION ALL
        SELECT 0, entry.position, entry.item,
               shown.item IS NOT NULL,
               entry.fresh AND entry.repeats IS NULL AND entry.revises IS NULL
        FROM entry
        LEFT JOIN shown ON shown.source = ?1 AND shown.item = entry.item
),
-- Runs between entries that stayed have a number each; the first is 0.
runs AS MATERIALIZED (
        SELECT *, sum(stayed) OVER (PARTITION BY old ORDER BY position ROWS UNBOUNDED PRECEDING) AS run
        FROM rows
),
stays AS MATERIALIZED (SELECT old, run, item FROM runs WHERE stayed)
SELECT runs.old,
       runs.position,
       runs.item,
       words(coalesce(entry.key, text_key(items.headline))),
       above.item,
       below.item
FROM runs
LEFT JOIN stays AS above ON above.old = runs.old AND above.run = runs.run
LEFT JOIN stays AS below ON below.old = runs.old AND below.run = runs.run + 1
LEFT JOIN entry ON entry.item = runs.item
LEFT JOIN items ON items.id = runs.item
WHERE runs.open
  AND (above.item IS NOT NULL OR below.item IS NOT NULL)
  AND (entry.key IS NOT NULL OR items.headline IS NOT NULL);
