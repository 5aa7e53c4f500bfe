-- The state (?2) of a source (?1) with its detail (?3), now (?4); written when one of them changed. Says whether it
-- was the state.
UPDATE sources SET since = iif(state = ?2, since, ?4), state = ?2, detail = ?3
WHERE name = ?1 AND (state <> ?2 OR detail IS NOT ?3)
RETURNING since = ?4;
