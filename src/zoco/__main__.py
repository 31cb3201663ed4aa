"""The `zoco` command for `python -m zoco`."""

from zoco.cli import main

if __name__ == "__main__":
    main()
