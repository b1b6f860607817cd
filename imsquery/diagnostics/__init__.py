"""What is wrong with a text, as data, and how it is drawn."""
