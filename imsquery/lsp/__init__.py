"""The language server: what editors show of filters.  It needs the extra ``lsp``."""
