"""What a statement may change that is perhaps run, or that names what is not known.

Facts that would be different afterwards become unknown; those that it would leave as they are
stay known.
"""
