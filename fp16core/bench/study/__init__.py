"""Studies: trainings per minute, what Dask costs, and whether anything is lost when processes are killed."""
