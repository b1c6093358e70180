"""`python -m bot` is the command `maeari`."""

from bot.cli import main

main()
