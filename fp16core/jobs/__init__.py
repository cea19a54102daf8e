"""Jobs in processes of their own, and the queue they wait in."""
