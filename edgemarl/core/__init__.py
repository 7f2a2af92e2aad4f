"""What both environments share: units, checks, randomness, radio, components, template."""
