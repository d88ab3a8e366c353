"""The pages under 管理: users, audit log, imports, state of the data."""
