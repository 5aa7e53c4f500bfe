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

CREATE TEMP TABLE pruned (item INTEGER PRIMARY KEY);
