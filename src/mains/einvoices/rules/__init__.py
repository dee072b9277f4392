"""Bills for machines, made from their sealed facts."""
