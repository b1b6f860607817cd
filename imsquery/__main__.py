"""``python -m imsquery``."""

from imsquery.cli import run

if __name__ == "__main__":
    run()
