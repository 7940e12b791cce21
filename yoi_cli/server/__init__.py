"""What is reached over HTTP: the worker runtime, and the backend that pages talk to."""
