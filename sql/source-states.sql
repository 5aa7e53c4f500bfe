SELECT name, state, since, detail, url, description FROM sources ORDER BY name;
