-- A link belongs to an entry when no other entry has it.
UPDATE entry SET own = link
WHERE link IN (SELECT link FROM entry GROUP BY link HAVING count(*) = 1);
