"""All that a rule may ask."""
