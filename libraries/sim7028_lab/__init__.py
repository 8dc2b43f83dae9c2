"""The lab around module and server: bench files, the bench itself, scenarios, the command line."""
