"""What every page shares, the home pages and the demo district."""
