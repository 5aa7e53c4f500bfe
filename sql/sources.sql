-- The sources: which are polled, how each is doing, and since when one is in alarm.

-- name: source-enable
-- A source (?1) is polled: its URL (?2) and description (?3), now (?4). Its state stays, unless it has none.
INSERT INTO sources (name, url, description, state, since) VALUES (?1, ?2, ?3, 'pending', ?4)
ON CONFLICT (name) DO UPDATE SET
        url = ?2,
        description = ?3,
        since = iif(state = 'disabled', ?4, since),
        state = iif(state = 'disabled', 'pending', state)
WHERE url <> ?2 OR description IS NOT ?3 OR state = 'disabled';

-- name: source-disable
-- Sources that are not in the list (?1, a JSON array) are no longer polled, now (?2).
UPDATE sources SET state = 'disabled', since = ?2, detail = NULL
WHERE state <> 'disabled' AND name NOT IN (SELECT value FROM json_each(?1));

-- name: source-names
-- Is there a source of this name (?1)?
SELECT 1 FROM sources WHERE name = ?1;

-- name: source-states
-- How each source that is polled is doing.
SELECT name, state, since, detail FROM sources WHERE state <> 'disabled' ORDER BY name;

-- name: source-state
-- The state (?2) of a source (?1) with its detail (?3), now (?4); written when one of them changed. Says whether it
-- was the state.
UPDATE sources SET since = iif(state = ?2, since, ?4), state = ?2, detail = ?3
WHERE name = ?1 AND (state <> ?2 OR detail IS NOT ?3)
RETURNING since = ?4;

-- name: alarms-open
-- Is a source (?1) in alarm?
SELECT 1 FROM outages WHERE source = ?1 AND until IS NULL LIMIT 1;

-- name: alarm-begin
-- A source (?1) is in alarm: its state (?2), since when (?3), until when (?4, NULL: it lasts), and why (?5).
INSERT INTO outages (source, state, since, until, detail) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: alarm-end
-- The alarm of a source (?1) is over now (?2).
UPDATE outages SET until = ?2 WHERE source = ?1 AND until IS NULL;
