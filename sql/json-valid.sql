-- Whether a text (?1) is JSON as RFC 8259 has it: later versions of SQLite read more than that, and must be asked first.
SELECT json_valid(?1);
