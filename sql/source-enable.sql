-- A source (?1) is polled: its URL (?2) and description (?3), now (?4). Its state stays, unless it has none.
INSERT INTO sources (name, url, description, state, since) VALUES (?1, ?2, ?3, 'pending', ?4)
ON CONFLICT (name) DO UPDATE SET
        url = ?2,
        description = ?3,
        since = iif(state = 'disabled', ?4, since),
        state = iif(state = 'disabled', 'pending', state)
WHERE url <> ?2 OR description IS NOT ?3 OR state = 'disabled';
