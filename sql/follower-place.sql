SELECT place FROM followers WHERE name = ?1;
