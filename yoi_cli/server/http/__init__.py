"""What both servers stand on: routes, authority, errors, limits and how they are started."""
