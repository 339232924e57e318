"""An experiment as something to take away: scripts, a report, CSV files, and kept runs.

Another form of script is another entry of `EXPORTS`. Nothing is trained or drawn in here.
"""
