-- What a feed of these sources (?1, JSON; NULL: of all) is called, and the page that it belongs to.
SELECT iif(count(*) = 1, coalesce(max(description), max(name)), 'Breaking news'), min(url)
FROM sources
WHERE ?1 IS NULL OR name IN (SELECT value FROM json_each(?1));
