"""A grammar of DDL: what random histories are made of, by kind of object."""
