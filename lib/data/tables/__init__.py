"""Turn a table into samples: sort rows (`order`), cut them (`cutting`), scale them (`windows`)."""
