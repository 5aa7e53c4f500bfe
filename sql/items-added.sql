UPDATE store SET items = items + ?1;
