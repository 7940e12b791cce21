"""Where the panel's tickets are: this clone's store, or a workspace that a server shows."""
