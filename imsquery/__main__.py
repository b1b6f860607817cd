"""``python -m imsquery``."""

from imsquery.cli.main import run

if __name__ == "__main__":
    run()
