-- A revision joins the chain of what it revises, or both begin one.
INSERT OR IGNORE INTO chains (item, chain)
SELECT revises, revises FROM entry WHERE fresh AND revises IS NOT NULL
UNION ALL
SELECT entry.item, coalesce((SELECT chain FROM chains WHERE chains.item = entry.revises), entry.revises)
FROM entry
WHERE fresh AND revises IS NOT NULL;
