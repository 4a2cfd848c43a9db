"""The program around any image: settings, language, crash reports, licences. No Qt but to keep settings."""
