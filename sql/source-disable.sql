-- Sources that are not in the list (?1, a JSON array) are no longer polled, now (?2).
UPDATE sources SET state = 'disabled', since = ?2, detail = NULL
WHERE state <> 'disabled' AND name NOT IN (SELECT value FROM json_each(?1));
