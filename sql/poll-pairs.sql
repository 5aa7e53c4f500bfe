-- New and gone ones of the same gap that are close.
INSERT INTO pair
SELECT old, old_position, new, new_position, closeness
FROM (
        SELECT was.item AS old, was.position AS old_position,
               is_new.item AS new, is_new.position AS new_position,
               closeness(was.words, is_new.words) AS closeness
        FROM gap AS was
        JOIN gap AS is_new ON is_new.above IS was.above AND is_new.below IS was.below
        WHERE was.gone AND NOT is_new.gone
          -- Of two texts, one with more than twice the words of the other is not close.
          AND length(was.words) BETWEEN length(is_new.words) / 2 AND length(is_new.words) * 2
)
WHERE closeness >= 0.5;
