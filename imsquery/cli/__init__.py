"""The command ``imsquery``: one module for each subcommand.  Only this package prints or exits."""
