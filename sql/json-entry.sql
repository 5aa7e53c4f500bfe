-- What an entry (?1) has at the paths of its headline (?2), its link (?3) and its time (?4), where that is a text; a
-- time may be a number, which stays as it is written. A path that is NULL is that of nothing.
SELECT iif(json_type(?1, ?2) = 'text', ?1 ->> ?2, NULL),
       iif(json_type(?1, ?3) = 'text', ?1 ->> ?3, NULL),
       CASE json_type(?1, ?4) WHEN 'text' THEN ?1 ->> ?4 WHEN 'integer' THEN ?1 -> ?4 WHEN 'real' THEN ?1 -> ?4 END;
