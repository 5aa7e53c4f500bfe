-- The database. What users may rely on is in tickerd-database(7); the rest is marked internal.
-- A section a version: schema makes version 1, each further one brings it one version on.

-- name: schema
-- Who this store is (cursors begin with it), the lowest id from which the tape has no hole, and how many items
-- there are, which counting would take too long to tell. One row.
CREATE TABLE store (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        id TEXT NOT NULL,
        oldest INTEGER NOT NULL,
        items INTEGER NOT NULL
) STRICT;
INSERT INTO store VALUES (1, lower(hex(randomblob(4))), 1, 0);

-- The tape.
CREATE TABLE items (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        headline TEXT NOT NULL,
        url TEXT,
        language TEXT,
        published TEXT,
        first_seen TEXT NOT NULL,
        last_seen TEXT,
        revises INTEGER,
        repeats INTEGER
) STRICT;
CREATE INDEX items_source ON items (source);
CREATE INDEX items_last_seen ON items (last_seen) WHERE last_seen IS NOT NULL;

-- Internal. What identifies each item for ever, also when the item itself was removed: hashes of (source,
-- text key) and (source, link). Of a removed item, when it left its strip.
CREATE TABLE identities (
        text BLOB NOT NULL,
        item INTEGER NOT NULL,
        link BLOB,
        gone TEXT,
        PRIMARY KEY (text, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_link ON identities (link, item) WHERE link IS NOT NULL;

-- Internal. Items that revise or are revised; a chain is called by its first item.
CREATE TABLE chains (
        item INTEGER PRIMARY KEY,
        chain INTEGER NOT NULL
) STRICT;
CREATE INDEX chains_chain ON chains (chain);

-- Internal. The strips of the last healthy fetch, in page order.
CREATE TABLE shown (
        source TEXT NOT NULL,
        position INTEGER NOT NULL,
        item INTEGER NOT NULL,
        text BLOB NOT NULL,
        PRIMARY KEY (source, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
        name TEXT PRIMARY KEY,
        url TEXT NOT NULL,
        description TEXT,
        state TEXT NOT NULL,
        since TEXT NOT NULL,
        detail TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE outages (
        source TEXT NOT NULL,
        state TEXT NOT NULL,
        since TEXT NOT NULL,
        until TEXT,
        detail TEXT
) STRICT;
CREATE INDEX outages_open ON outages (source) WHERE until IS NULL;

-- Internal. How far followers other than subscribers have come on the tape.
CREATE TABLE followers (
        name TEXT PRIMARY KEY,
        place INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIEW strip AS
SELECT row_number() OVER (PARTITION BY shown.source ORDER BY shown.position) AS position, items.*
FROM sources
JOIN shown ON shown.source = sources.name
JOIN items ON items.id = shown.item
WHERE sources.state <> 'disabled'
ORDER BY shown.source, shown.position;

CREATE VIEW latest AS
SELECT items.*
FROM items
LEFT JOIN chains ON chains.item = items.id
WHERE chains.chain IS NULL
   OR items.id = (
        SELECT wording.id
        FROM chains AS link
        JOIN items AS wording ON wording.id = link.item
        WHERE link.chain = chains.chain
        ORDER BY wording.last_seen IS NOT NULL, wording.id DESC
        LIMIT 1)
ORDER BY items.id DESC;

-- Kept in step with items by the daemon's own statements: a trigger could not, in a schema that is not trusted.
CREATE VIRTUAL TABLE search USING fts5 (headline, content = 'items', content_rowid = 'id',
        tokenize = 'unicode61 remove_diacritics 2');

PRAGMA application_id = 1953063787; -- "tick"
PRAGMA user_version = 1;
