-- Of the tape: the store's id, the lowest id from which there is no hole, the newest id that was ever given, the
-- number of items.
SELECT id, oldest, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'items'), 0), items FROM store;
