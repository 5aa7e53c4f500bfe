-- How many entries a reply (?1) has, and how many of them are not what they must be.
SELECT count(*),
       count(*) FILTER (
               WHERE type <> 'object'
                  OR json_type(value, '$.headline') IS NOT 'text'
                  OR coalesce(json_type(value, '$.url'), 'text') <> 'text'
                  OR coalesce(json_type(value, '$.published'), 'text') <> 'text')
FROM json_each(?1, '$.items');
