-- How each source that is polled is doing.
SELECT name, state, since, detail FROM sources WHERE state <> 'disabled' ORDER BY name;
