"""Workers: processes that outlive the terminal that started them."""
