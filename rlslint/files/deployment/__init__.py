"""What is read of the files around a program: keys, poolers, start-up options, dumps."""
