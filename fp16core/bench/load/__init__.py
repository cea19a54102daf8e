"""The dashboard and a plain demo under load: first visits, a crowd, throughput, and turnover of sessions."""
