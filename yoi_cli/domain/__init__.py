"""What a ticket, an event, a state and a relation are. Pure: no I/O, no clock, no terminal."""
