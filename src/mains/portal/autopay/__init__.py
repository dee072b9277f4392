"""Have bills collected by themselves: set it up, change, pause and end it."""
