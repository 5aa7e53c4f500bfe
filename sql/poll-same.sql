-- Is the strip of a source (?1) as it was?
SELECT NOT EXISTS (
        SELECT position, item FROM entry
        EXCEPT
        SELECT position, item FROM shown WHERE source = ?1
) AND (SELECT count(*) FROM entry) = (SELECT count(*) FROM shown WHERE source = ?1);
