"""A party's private link: read, answer, hand in files."""
