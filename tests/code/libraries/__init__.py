"""The tables of libraries: what programs that use them send, and through which sessions."""
