-- What one poll means, in the order in which daemon/diff.c runs it: the reply is laid out in a temporary
-- table, compared with the strip and the history, and written. The rules are in tickerd(8).

-- name: staging
-- Where a poll is worked out before anything is written; in memory, for this connection only.
CREATE TEMP TABLE entry (
        position INTEGER PRIMARY KEY,   -- on the page, from 1, copies merged
        headline TEXT NOT NULL,
        url TEXT,
        published TEXT,
        key TEXT NOT NULL,
        text BLOB NOT NULL,             -- identity of the text
        link BLOB,                      -- identity of the URL
        own BLOB,                       -- the same, when no other entry has it
        item INTEGER,                   -- what item it is
        fresh INTEGER NOT NULL DEFAULT 0, -- it is a new one
        repeats INTEGER,
        revises INTEGER
);
CREATE INDEX temp.entry_item ON entry (item);

-- Entries of the last healthy fetch that are gone, and new ones, with the neighbours that stayed (items;
-- NULL: an end of the strip).
CREATE TEMP TABLE gap (
        gone INTEGER NOT NULL,          -- 1: gone, 0: new
        position INTEGER NOT NULL,
        item INTEGER NOT NULL,
        words BLOB NOT NULL,
        above INTEGER,
        below INTEGER
);

-- Close ones of the same gap.
CREATE TEMP TABLE pair (
        old INTEGER NOT NULL,
        old_position INTEGER NOT NULL,
        new INTEGER NOT NULL,
        new_position INTEGER NOT NULL,
        closeness REAL NOT NULL
);

-- Items that are to be removed: prune.sql.
CREATE TEMP TABLE pruned (item INTEGER PRIMARY KEY);

-- name: poll-stage
-- The entries of a reply (?1) of a source (?2): strings cleaned, copies merged into the first with the first
-- link that a copy has, in page order.
INSERT INTO entry (position, headline, url, published, key, text, link)
WITH
raw AS MATERIALIZED (
        SELECT key AS place,
               clean(value ->> '$.headline', 2048) AS headline,
               clean_url(value ->> '$.url') AS url,
               nullif(clean(value ->> '$.published', 128), '') AS published
        FROM json_each(?1, '$.items')
),
keyed AS MATERIALIZED (
        SELECT *, text_key(headline) AS key
        FROM raw
),
merged AS (
        SELECT min(place) AS place, substr(min(format('%06d', place) || url), 7) AS url
        FROM keyed
        WHERE key <> ''
        GROUP BY key
)
SELECT row_number() OVER (ORDER BY merged.place),
       keyed.headline,
       merged.url,
       keyed.published,
       keyed.key,
       identity(?2, keyed.key),
       identity(?2, merged.url)
FROM merged
JOIN keyed USING (place);

-- name: poll-own
-- A link belongs to an entry when no other entry has it.
UPDATE entry SET own = link
WHERE link IN (SELECT link FROM entry GROUP BY link HAVING count(*) = 1);

-- name: poll-known
-- Which item an entry is: (a) one with its text that is on the strip, or left it after ?1 (now less Reappear=;
-- a time in the future counts as now); else (b) one with its text and its own link. An item that was removed is
-- known as well: its identity stays.
UPDATE entry SET item = coalesce(
        (
                SELECT known.item
                FROM identities AS known
                LEFT JOIN items ON items.id = known.item
                WHERE known.text = entry.text
                  AND (coalesce(items.last_seen, known.gone) IS NULL
                       OR coalesce(items.last_seen, known.gone) > ?1)
                ORDER BY coalesce(items.last_seen, known.gone) IS NOT NULL, known.item DESC
                LIMIT 1
        ),
        (
                SELECT known.item
                FROM identities AS known
                WHERE known.text = entry.text AND known.link = entry.own
                ORDER BY known.item DESC
                LIMIT 1
        ));

-- name: poll-same
-- Is the strip of a source (?1) as it was?
SELECT NOT EXISTS (
        SELECT position, item FROM entry
        EXCEPT
        SELECT position, item FROM shown WHERE source = ?1
) AND (SELECT count(*) FROM entry) = (SELECT count(*) FROM shown WHERE source = ?1);

-- name: poll-number
-- Ids for what is new, oldest first: from the end of the page, or with Order=oldest-first (?1) from its top.
UPDATE entry SET fresh = 1, item = numbered.item
FROM (
        SELECT position,
               coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'items'), 0)
               + row_number() OVER (ORDER BY iif(?1, position, -position)) AS item
        FROM entry
        WHERE item IS NULL
) AS numbered
WHERE entry.position = numbered.position;

-- name: poll-repeats
-- A new item repeats the newest with the same text.
UPDATE entry SET repeats = (
        SELECT item FROM identities WHERE identities.text = entry.text ORDER BY item DESC LIMIT 1)
WHERE fresh;

-- name: poll-revise-link
-- A new item that repeats none revises the newest item of its own link, if that is no longer shown and close.
UPDATE entry SET revises = (
        SELECT items.id
        FROM items
        WHERE items.id = (
                SELECT identities.item
                FROM identities
                WHERE identities.link = entry.own
                ORDER BY identities.item DESC
                LIMIT 1)
          AND NOT EXISTS (SELECT 1 FROM entry AS other WHERE other.item = items.id)
          AND closeness(words(entry.key), words(text_key(items.headline))) >= 0.5)
WHERE fresh AND repeats IS NULL AND own IS NOT NULL;

-- name: poll-gap
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

-- name: poll-pairs
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

-- name: poll-revise-gap
-- A new item revises the closest of its gap, if each is the other's closest; of equals the first on the page.
UPDATE entry SET revises = best.old
FROM (
        SELECT old, new,
               row_number() OVER (PARTITION BY new ORDER BY closeness DESC, old_position) AS for_new,
               row_number() OVER (PARTITION BY old ORDER BY closeness DESC, new_position) AS for_old
        FROM pair
) AS best
WHERE best.for_new = 1 AND best.for_old = 1 AND entry.item = best.new;

-- name: poll-seen
-- When a fetch of a source (?1) was healthy last, as far as the store can tell: when an item came, one of the newest
-- left, or the state became "ok"; not after now (?2), whatever the clock did.
SELECT min(max(seen), ?2) FROM (
        SELECT max(first_seen, coalesce(last_seen, first_seen)) AS seen
        FROM (SELECT first_seen, last_seen FROM items WHERE source = ?1 ORDER BY id DESC LIMIT 2000)
        UNION ALL
        SELECT since FROM sources WHERE name = ?1 AND state = 'ok');

-- name: poll-turnover
-- Has a strip of three or more been replaced by one that shares no entry with it? Items may have come and gone.
SELECT (SELECT count(*) FROM shown WHERE source = ?1) >= 3
   AND EXISTS (SELECT 1 FROM entry)
   AND NOT EXISTS (SELECT 1 FROM entry JOIN shown USING (item) WHERE shown.source = ?1);

-- name: poll-new
-- The new items of a source (?1), in its language (?2), seen now (?3).
INSERT INTO items (id, source, headline, url, language, published, first_seen, revises, repeats)
SELECT item, ?1, headline, url, ?2, published, ?3, revises, repeats
FROM entry
WHERE fresh
ORDER BY item;

-- name: poll-identities
-- What they are known by from now on.
INSERT INTO identities (text, item, link)
SELECT text, item, link
FROM entry
WHERE fresh;

-- name: poll-chains
-- A revision joins the chain of what it revises, or both begin one.
INSERT OR IGNORE INTO chains (item, chain)
SELECT revises, revises FROM entry WHERE fresh AND revises IS NOT NULL
UNION ALL
SELECT entry.item, coalesce((SELECT chain FROM chains WHERE chains.item = entry.revises), entry.revises)
FROM entry
WHERE fresh AND revises IS NOT NULL;

-- name: poll-search
-- They can be searched for.
INSERT INTO search (rowid, headline)
SELECT item, headline FROM entry WHERE fresh;

-- name: items-added
-- So many (?1) items more.
UPDATE store SET items = items + ?1;

-- name: poll-leave
-- Items that are no longer on the strip of a source (?1) left it now (?2).
UPDATE items SET last_seen = ?2
WHERE id IN (
        SELECT item FROM shown WHERE source = ?1
        EXCEPT
        SELECT item FROM entry)
  AND last_seen IS NULL;

-- name: poll-removed-leave
-- The same for what is known of an item that was removed while it was off the strip, and came back.
UPDATE identities SET gone = ?2
WHERE (text, item) IN (
        SELECT text, item FROM shown
        WHERE source = ?1
          AND item NOT IN (SELECT item FROM entry)
          AND item NOT IN (SELECT id FROM items WHERE id = shown.item));

-- name: poll-return
-- What is on the strip again has not left it.
UPDATE items SET last_seen = NULL
WHERE id IN (SELECT item FROM entry WHERE NOT fresh) AND last_seen IS NOT NULL;

-- name: poll-removed-return
-- The same for what is known of items that were removed: they are on the strip, so they are not gone.
UPDATE identities SET gone = NULL
WHERE (text, item) IN (SELECT text, item FROM entry WHERE NOT fresh) AND gone IS NOT NULL;

-- name: poll-unshow
-- The strip of a source (?1) as the next poll will compare with it: not the old one, but this.
DELETE FROM shown WHERE source = ?1;

-- name: poll-show
INSERT INTO shown (source, position, item, text)
SELECT ?1, position, item, text FROM entry;
