"""The ground everything stands on: settings, files and folders, locks, stops, journals, errors."""
