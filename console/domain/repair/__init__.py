"""What the doctor found, mended: the commands of each repair, their exit codes, and the same as a file to import."""
