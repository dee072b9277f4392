"""Flows that cross apps: each asks one app and tells another, and decides nothing about money."""
