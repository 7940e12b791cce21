"""Commands as programs call them, by the thousand: hooks, git's merge driver, agents.

A call of the plain form (`forms`) is answered without Typer, which takes longer to load than all
that such a command does. What is here is what Typer's commands call, too; nothing here loads it.
"""
