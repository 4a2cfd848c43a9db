"""Not written yet."""
import argparse
SUMMARY = ""
def add_parser(parser: argparse.ArgumentParser) -> None: ...
def run(args: argparse.Namespace) -> int: return 0
