"""What the command ``fastaug`` does, one command per file.

Each has ``add``, which tells the parser of its arguments, and sets ``run``, which does it and answers with the exit status.
"""

FAILED, INTERRUPTED = 1, 130
