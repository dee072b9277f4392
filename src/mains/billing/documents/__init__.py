"""What a bill says: its sealed facts, in words, on paper, and as a proof."""
