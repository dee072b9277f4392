"""Payment documents: several bills of an account to be paid as one."""
