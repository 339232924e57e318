"""What only a browser can show: layout, keys, JavaScript, links. All else is for `tests.app`."""
