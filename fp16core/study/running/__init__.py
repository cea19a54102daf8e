"""Running a study: its trainings, the task of one, the cluster they run on."""
