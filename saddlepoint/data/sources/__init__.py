"""Named data sets, one file each: a function from a request to a data set, registered under its name."""
