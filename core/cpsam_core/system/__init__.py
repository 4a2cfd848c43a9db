"""The machine under the program: memory and processors, files written in one step."""
