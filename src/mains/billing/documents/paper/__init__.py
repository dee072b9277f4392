"""What the document of a bill says, block by block, in the bill's language."""
