"""Workers: processes that outlive the terminal."""
