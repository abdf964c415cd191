"""A small cmd.exe: parser, built-in commands and the programs that the lab's nodes carry."""
