"""The ``imsquery`` command, one module per subcommand.  Only this package prints or exits."""
