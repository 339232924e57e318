"""A table → samples: `windows` sorts rows (`order`), cuts (`cutting`), scales, adds `baselines`."""
