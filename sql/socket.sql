-- Lines of the socket, each a JSON object; tickerd-protocol(7). json_patch() drops what is NULL.

-- name: line-hello
-- The daemon (?1) and its store (?2), of which the ids from ?3 to ?4 are there, go on after an id (?5).
SELECT json_object('type', 'hello', 'protocol', 1, 'server', ?1, 'store', ?2, 'oldest', ?3, 'newest', ?4, 'after', ?5);

-- name: line-error
-- What is wrong, as a code (?1) and as a sentence (?2).
SELECT json_object('type', 'error', 'code', ?1, 'message', ?2);

-- name: line-status
-- How the daemon is doing.
SELECT json_object('type', 'status', 'version', ?1, 'store', ?2, 'items', ?3, 'oldest', ?4, 'newest', ?5, 'wal', ?6,
                   'journal', ?7, 'subscribers', ?8);

-- name: line-source
-- How a source (?1) is doing: its state (?2), since (?3), detail (?4), and what was counted since the start (?5 to
-- ?9; NULL and -1: not known).
SELECT json_patch('{}', json_object('type', 'source', 'source', ?1, 'state', ?2, 'since', ?3, 'detail', ?4,
                                    'last_poll', ?5, 'next_poll', ?6, 'polls', nullif(?7, -1),
                                    'failures', nullif(?8, -1), 'bytes', nullif(?9, -1)));

-- name: line-subscriber
-- A subscriber: its process (?1), where it is (?2 in the store ?3), how far behind (?4), what it wants (?5, JSON).
SELECT json_patch('{}', json_object('type', 'subscriber', 'pid', ?1, 'cursor', ?3 || '-' || ?2, 'lag', ?4,
                                    'filter', json(?5)));

-- name: subscriber-save
-- A subscriber written down for the next daemon: its connection (?1), what it would have to ask for to stand where
-- it stands (?2 to ?5), where it ends (?6), and bytes, to it (?7) and of it (?8).
SELECT json_patch('{}', json_object(
        'cookie', ?1,
        'request', json_object('after', ?2, 'live', json(iif(?3, 'true', 'false')),
                               'states', json(iif(?4, 'true', 'false')), 'sources', json(?5)),
        'end', ?6, 'pending', lower(hex(?7)), 'input', lower(hex(?8))));

-- name: subscriber-state
-- What a daemon wrote down of a subscriber (?1) for the next one.
SELECT ?1 -> '$.request', ?1 ->> '$.end', ?1 ->> '$.pending', ?1 ->> '$.input';
