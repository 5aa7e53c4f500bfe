-- Has a strip of three or more been replaced by one that shares no entry with it? Items may have come and gone.
SELECT (SELECT count(*) FROM shown WHERE source = ?1) >= 3
   AND EXISTS (SELECT 1 FROM entry)
   AND NOT EXISTS (SELECT 1 FROM entry JOIN shown USING (item) WHERE shown.source = ?1);
