"""What people are told without asking: notices on campaigns, and alerts on runs that failed.

`news` finds what has happened, `words` says it, `told` remembers what was told to whom, `sending`
brings it there. When to look belongs to the sensors.
"""
