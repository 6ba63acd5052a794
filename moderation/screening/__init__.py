"""Cheap rules: opinions about a comment from plain facts, before any model is asked.

Pure functions: no I/O, no clock, no fetching, and no text makes them raise.
"""
