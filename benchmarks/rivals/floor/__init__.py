"""The floor: what this server and this database can do at best. No framework, and the database writes the JSON."""
