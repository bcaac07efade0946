"""`python -m ccg_pipeline.cli`: the ccg command without its script.

Belongs here: nothing but the call. Does not belong here: what the command does (main.py).
"""

from ccg_pipeline.cli.main import main

if __name__ == "__main__":
    main()
