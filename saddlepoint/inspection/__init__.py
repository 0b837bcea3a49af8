"""What layers do: recorded, guided, recalibrated, summed up."""
