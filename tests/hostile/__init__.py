"""Hostile files and sudden ends: thousands by hand, and a few with a fixed seed in every run of the tests."""
