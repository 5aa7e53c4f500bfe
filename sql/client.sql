-- What the clients ask: of a line of the socket, of the fetcher's reply, and of the database.

-- name: client-request
-- What is asked of the daemon: the items after a cursor (?1); without one the newest so many (?2), or all if that is
-- negative; of these sources (?3, JSON, NULL: of all); with states (?4).
SELECT json_patch('{}', json_object(
    'after', coalesce(?1, iif(?2 < 0, 0, NULL)),
    'last', iif(?1 IS NULL AND ?2 >= 0, ?2, NULL),
    'sources', json(?3),
    'states', iif(?4, json('true'), NULL))) || char(10);

-- name: client-item
-- A line of the socket (?1): its type and the parts of an item. An error if it is no JSON.
SELECT ?1 ->> '$.type', ?1 ->> '$.id', ?1 ->> '$.cursor', ?1 ->> '$.source', ?1 ->> '$.headline', ?1 ->> '$.url',
       ?1 ->> '$.language', ?1 ->> '$.published', ?1 ->> '$.first_seen', ?1 ->> '$.revises', ?1 ->> '$.repeats';

-- name: client-item-shown
-- The same, but of an item only what people are shown.
SELECT ?1 ->> '$.type', ?1 ->> '$.id', ?1 ->> '$.cursor', ?1 ->> '$.source', ?1 ->> '$.headline', ?1 ->> '$.url',
       NULL, NULL, ?1 ->> '$.first_seen', ?1 ->> '$.revises', ?1 ->> '$.repeats';

-- name: client-item-cursor
-- The same, but of an item only its id and cursor, in half the time.
SELECT ?1 ->> '$.type', ?1 ->> '$.id', ?1 ->> '$.cursor', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL;

-- name: client-line
-- Any other line of the socket (?1).
SELECT ?1 ->> '$.type', ?1 ->> '$.store', ?1 ->> '$.after', ?1 ->> '$.newest', ?1 ->> '$.oldest', ?1 ->> '$.code',
       ?1 ->> '$.message';

-- name: ctl-reply
-- What the fetcher's reply (?1) is in a sentence, and the first word of that by itself.
SELECT ?1 ->> '$.state', coalesce(': ' || (?1 ->> '$.detail'), '') ||
       printf(', %d bytes read in %d ms', ?1 ->> '$.bytes', ?1 ->> '$.ms');

-- name: ctl-entries
-- The entries of the fetcher's reply (?1), numbered.
SELECT row_number() OVER (), value ->> '$.headline', value ->> '$.published', value ->> '$.url'
FROM json_each(?1, '$.items');

-- name: ctl-newest
-- The lowest id of the newest so many (?3) items that ctl-items would give.
SELECT min(id) FROM (
    SELECT id FROM items
    WHERE id BETWEEN ?1 AND ?2
      AND (?4 IS NULL OR source IN (SELECT value FROM json_each(?4)))
      AND (?5 IS NULL OR first_seen >= ?5)
      AND (?6 IS NULL OR first_seen < ?6)
      AND (?7 IS NULL OR id IN (SELECT rowid FROM search(?7)))
    ORDER BY id DESC
    LIMIT ?3);

-- name: ctl-items
-- Items from one id (?1) to another (?2), at most so many (?3): of these sources (?4, JSON), first seen from
-- a time (?5) and before another (?6), with these words (?7); each of the four may be NULL. The last column is the item as a
-- text, if asked for (?8): a line of the socket ('item'), or an item of a JSON Feed ('feed'), of RSS ('rss') or of CSV ('csv').
SELECT 'item', id, cursor, source, headline, url, language, published, first_seen, revises, repeats,
       CASE ?8
               WHEN 'item' THEN json_patch('{}', json_object(
                       'type', 'item', 'id', id, 'cursor', cursor, 'source', source,
                       'headline', headline, 'url', url, 'language', language, 'published', published,
                       'first_seen', first_seen, 'revises', revises, 'repeats', repeats))
               WHEN 'feed' THEN json_patch('{}', json_object(
                       'id', cursor, 'url', url, 'content_text', headline,
                       'date_published', first_seen, 'language', language, 'tags', json_array(source)))
               WHEN 'rss' THEN printf(
'<item>
<title>%s</title>
%s<guid isPermaLink="false">%s</guid>
<pubDate>%s%s%s%s</pubDate>
<category>%s</category>
</item>',
                       replace(replace(replace(headline, '&', '&#38;'), '<', '&#60;'), '>', '&#62;'),
                       '<link>' || replace(replace(replace(url, '&', '&#38;'), '<', '&#60;'), '>', '&#62;') || '</link>' || char(10),
                       cursor,
                       substr('SunMonTueWedThuFriSat', 3 * strftime('%w', first_seen) + 1, 3), strftime(', %d ', first_seen),
                       substr('JanFebMarAprMayJunJulAugSepOctNovDec', 3 * strftime('%m', first_seen) - 2, 3),
                       strftime(' %Y %H:%M:%S GMT', first_seen),
                       source)
               WHEN 'csv' THEN printf('%d,"%s","%s","%w","%s","%s","%w","%s",%s,%s', id, cursor, source, headline, url,
                       language, coalesce(published, ''), first_seen, revises, repeats) || char(13)
       END
FROM (SELECT *, (SELECT id FROM store) || '-' || id AS cursor FROM items)
WHERE id BETWEEN ?1 AND ?2
  AND (?4 IS NULL OR source IN (SELECT value FROM json_each(?4)))
  AND (?5 IS NULL OR first_seen >= ?5)
  AND (?6 IS NULL OR first_seen < ?6)
  AND (?7 IS NULL OR id IN (SELECT rowid FROM search(?7)))
ORDER BY id
LIMIT ?3;

-- name: ctl-quoted
-- Words (?1) to search for, each between quotes, in which nothing has a meaning.
SELECT '"' || replace(replace(?1, '"', ''), ' ', '" "') || '"';

-- name: ctl-place
-- The cursor before the first item that was first seen at a time (?1) or later: that of the end if there is none.
SELECT store.id || '-' || coalesce((SELECT min(id) - 1 FROM items WHERE first_seen >= ?1),
                                   (SELECT max(id) FROM items), 0)
FROM store;

-- name: ctl-wording
-- The headline of an item (?1), if this is the store of that cursor (?2).
SELECT headline FROM items, store WHERE items.id = ?1 AND ?2 LIKE store.id || '-%';

-- name: ctl-channel
-- The beginning of a feed of these sources (?1, JSON; NULL: of all), of RSS or JSON Feed (?2, as in ctl-items), made by a program
-- of this version (?3): what it is called, and the page that it belongs to. A feed must have one; without a source there are no
-- items either.
SELECT CASE ?2
               WHEN 'feed' THEN rtrim(json_object('version', 'https://jsonfeed.org/version/1.1', 'title', title,
                                                  'home_page_url', home), '}') || ',"items":['
               WHEN 'rss' THEN printf(
'<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0">
<channel>
<title>%s</title>
<link>%s</link>
<description>What is new on the strips of front pages</description>
<generator>tickerctl %s</generator>
<lastBuildDate>%s%s%s%s</lastBuildDate>',
                       replace(replace(replace(title, '&', '&#38;'), '<', '&#60;'), '>', '&#62;'),
                       replace(replace(replace(home, '&', '&#38;'), '<', '&#60;'), '>', '&#62;'),
                       ?3,
                       substr('SunMonTueWedThuFriSat', 3 * strftime('%w', 'now') + 1, 3), strftime(', %d ', 'now'),
                       substr('JanFebMarAprMayJunJulAugSepOctNovDec', 3 * strftime('%m', 'now') - 2, 3),
                       strftime(' %Y %H:%M:%S GMT', 'now'))
       END
FROM (SELECT iif(count(*) = 1, coalesce(max(description), max(name)), 'Breaking news') AS title,
             coalesce(min(url), 'http://localhost/') AS home
      FROM sources
      WHERE ?1 IS NULL OR name IN (SELECT value FROM json_each(?1)));

-- name: status-lines
-- The daemon's answer to a status request, a row a line: what kind of line it is, the JSON, and whether all is well with it.
CREATE TABLE lines (type, line, well NOT NULL);

-- name: status-add
-- That of a source must have its name and its state.
INSERT INTO lines
VALUES (?1, ?2, CASE
        WHEN ?1 <> 'source' THEN 1
        WHEN ?2 ->> '$.source' IS NOT NULL THEN ?2 ->> '$.state' IN ('ok', 'pending')
END);

-- name: status-without
-- The sources without a strip or without entries, and for how many seconds that has been so.
SELECT rowid, line ->> '$.source', unixepoch() - coalesce(unixepoch(line ->> '$.since'), 0)
FROM lines WHERE type = 'source' AND line ->> '$.state' IN ('empty', 'no-strip');

-- name: status-normal
-- That is normal for this one (?1).
UPDATE lines SET well = 1 WHERE rowid = ?1;

-- name: status-bad
-- How many sources are not well.
SELECT count(*) FROM lines WHERE NOT well;

-- name: status-daemon
SELECT coalesce(line ->> '$.version', ''), coalesce(line ->> '$.items', 0), coalesce(line ->> '$.newest', 0),
       coalesce(line ->> '$.journal', 0), coalesce(line ->> '$.wal', 0) / 1024
FROM lines WHERE type = 'status';

-- name: status-sources
SELECT line ->> '$.source', line ->> '$.state', line ->> '$.since', line ->> '$.next_poll',
       coalesce(line ->> '$.polls', 0), coalesce(line ->> '$.failures', 0), line ->> '$.detail'
FROM lines WHERE type = 'source' ORDER BY rowid;

-- name: status-subscribers
SELECT coalesce(line ->> '$.pid', 0), line ->> '$.cursor', coalesce(line ->> '$.lag', 0), line ->> '$.filter'
FROM lines WHERE type = 'subscriber' ORDER BY rowid;

-- name: status-json
-- The whole as one object.
SELECT json_object(
        'well', json(iif(min(well), 'true', 'false')),
        'daemon', (SELECT json(line) FROM lines WHERE type = 'status'),
        'sources', (SELECT json_group_array(json(line)) FROM lines WHERE type = 'source'),
        'subscribers', (SELECT json_group_array(json(line)) FROM lines WHERE type = 'subscriber')) || char(10)
FROM lines;

-- name: status-metrics
-- The whole for Prometheus: a sample a line, those of one metric together, below its type and meaning. How a number is made of a
-- line of the answer is the last column of the list. The name of a source needs no escapes.
WITH metrics (name, type, meaning, of, path, how) AS (VALUES
        ('tickerd_up', 'gauge', 'Whether the daemon answers.', 'status', NULL, 'well'),
        ('tickerd_items', 'gauge', 'Items in the database.', 'status', '$.items', 'number'),
        ('tickerd_newest_item', 'gauge', 'Id of the newest item.', 'status', '$.newest', 'number'),
        ('tickerd_wal_bytes', 'gauge', 'Size of the write-ahead log.', 'status', '$.wal', 'number'),
        ('tickerd_subscribers', 'gauge', 'Connected subscribers, this one included.', 'status', '$.subscribers', 'number'),
        ('tickerd_journal_behind_items', 'gauge', 'Ids that the journal is behind the newest item.', 'status', '$.journal',
         'behind'),
        ('tickerd_source_well', 'gauge', 'Whether the source is read as it should be.', 'source', NULL, 'well'),
        ('tickerd_source_polls_total', 'counter', 'Polls since the daemon was started.', 'source', '$.polls', 'number'),
        ('tickerd_source_failures_total', 'counter', 'Bad polls since the daemon was started.', 'source', '$.failures',
         'number'),
        ('tickerd_source_read_bytes_total', 'counter', 'Size of all pages, decompressed.', 'source', '$.bytes', 'number'),
        ('tickerd_source_state_since_seconds', 'gauge', 'When it got into its state, since 1970.', 'source', '$.since', 'time'),
        ('tickerd_source_last_poll_seconds', 'gauge', 'When the last poll ended, since 1970.', 'source', '$.last_poll', 'time'),
        ('tickerd_source_next_poll_seconds', 'gauge', 'When the next poll begins, since 1970.', 'source', '$.next_poll', 'time')),
     samples (name, type, meaning, source, value) AS (
        SELECT name, metrics.type, meaning, line ->> '$.source',
               CASE how
                       WHEN 'well' THEN well
                       WHEN 'number' THEN iif(line IS NULL, NULL, coalesce(line ->> path, 0))
                       WHEN 'time' THEN unixepoch(line ->> path)
                       WHEN 'behind' THEN coalesce(line ->> '$.newest', 0) - coalesce(line ->> path, 0)
               END
        FROM metrics LEFT JOIN lines ON lines.type = metrics.of
        UNION ALL
        SELECT 'tickerd_subscriber_lag_items_max', 'gauge', 'Ids that the slowest subscriber is behind.', NULL,
               coalesce(max(line ->> '$.lag'), 0)
        FROM lines WHERE type = 'subscriber')
SELECT iif(name IS lag(name) OVER (), '', printf('# HELP %s %s
# TYPE %s %s
', name, meaning, name, type)) ||
       iif(value IS NULL, '', printf('%s%s %d
', name, '{source="' || source || '"}', value))
FROM samples;

-- name: sources-table
-- The sources that there are: name, whether it is enabled, description, URL and file.
CREATE TABLE sources (name PRIMARY KEY, enabled, description, url, file) WITHOUT ROWID;

-- name: sources-add
INSERT INTO sources VALUES (?1, ?2, ?3, ?4, ?5);

-- name: sources-has
-- Is this one (?1) among them?
SELECT 1 FROM sources WHERE name = ?1;

-- name: sources-list
SELECT name, iif(enabled, 'enabled', '-'), iif(file IS NULL, 'its file is missing or has errors', description), file
FROM sources ORDER BY name;

-- name: sources-json
-- The same for programs, a line each.
SELECT json_patch('{}', json_object('name', name, 'enabled', json(iif(enabled, 'true', 'false')), 'description', description,
                                    'url', url, 'file', file)) || char(10)
FROM sources ORDER BY name;

-- name: ctl-bar
-- A line for a status bar (?1), which a headline can neither style nor break: the text (?2), and of the item that is new in it, if
-- there is one, when it was first seen (?3), source (?4), headline (?5) and link (?6); how it is (?7: item, edit or offline).
-- Waybar hands texts to Pango as markup. i3bar reads an endless list of lists of blocks. For polybar %{ begins a tag, and no
-- version has the same way to write it otherwise, so the two are kept apart. For tmux formats and styles begin with #, and ## is one.
SELECT CASE ?1
               WHEN 'waybar' THEN json_patch('{}', json_object(
                       'text', replace(replace(replace(?2, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
                       'tooltip', strftime('%H:%M', ?3, 'localtime') || ' ' || ?4 || char(10) ||
                               replace(replace(replace(?5 || coalesce(char(10) || nullif(?6, ''), ''),
                                                       '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
                       'class', ?7))
               WHEN 'i3bar' THEN ',[' || json_patch('{}', json_object(
                       'name', 'tickerd', 'instance', ?4, 'full_text', ?2, 'markup', 'none')) || ']'
               WHEN 'polybar' THEN replace(replace(replace(?2, '%{', '%' || char(8203) || '{'),
                                                   '%%', '%' || char(8203) || '%'), '%%', '%' || char(8203) || '%')
               WHEN 'tmux' THEN replace(?2, '#', '##')
               ELSE ?2
       END || char(10);

-- name: watch-sources
-- How the sources are, for the line below the items.
CREATE TABLE sources (name PRIMARY KEY, state, since);

-- name: watch-source
-- A line of the socket (?1) says how a source is, now or earlier. Only these are of interest (?2, JSON; NULL: all), and no more than
-- can be looked at.
INSERT INTO sources
SELECT ?1 ->> '$.source' AS name, coalesce(?1 ->> '$.state', ''), ?1 ->> '$.since'
WHERE name IS NOT NULL
  AND (?2 IS NULL OR name IN (SELECT value FROM json_each(?2)))
  AND ((SELECT count(*) FROM sources) < 4096 OR name IN (SELECT name FROM sources))
ON CONFLICT (name) DO UPDATE SET state = excluded.state, since = excluded.since;

-- name: watch-footer
-- The sources in a line, and whether it is bad news. What has nothing on its strip is no trouble here: tickerctl status knows where
-- it is.
WITH bad AS (SELECT rowid, * FROM sources WHERE state NOT IN ('ok', 'empty', 'pending', 'disabled')),
     counts (n, n_bad, s) AS (SELECT count(*), (SELECT count(*) FROM bad), iif(count(*) = 1, '', 's')
                              FROM sources WHERE state <> 'disabled')
SELECT iif(n_bad = 0, printf('%d source%s, all well', n, s),
           printf('%d of %d source%s in trouble: %s %s since %s%s', n_bad, n, s, name, state,
                  strftime('%H:%M', since, 'localtime'), iif(n_bad > 1, ', and more', ''))), n_bad > 0
FROM counts LEFT JOIN bad ON bad.rowid = (SELECT max(rowid) FROM bad);
