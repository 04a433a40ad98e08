"""The demo programme: four cohorts of invented leaders at real places, with simulated figures. See docs/demo.md."""
