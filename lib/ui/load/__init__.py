"""Many sessions, one process: `turns` lets one compute at a time, `rhythm` paces the polling."""
