"""The demo's events: what two shops, their buyers and six carriers said in three weeks, and ten records gone wrong."""

from cli.demo_events.load import DemoEvent, load_demo_events

__all__ = ["DemoEvent", "load_demo_events"]
