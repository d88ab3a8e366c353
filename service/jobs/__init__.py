"""Work behind the pages: a table of jobs, one thread that does them."""
