"""The measurements themselves: they must compare like with like."""
