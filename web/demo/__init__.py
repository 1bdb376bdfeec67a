"""The demo district: generated with a fixed seed, brought in by the same import and worked by the
same door as a real one."""
