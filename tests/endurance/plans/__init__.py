"""Random weeks, each planned and held against its rules and against an integer program written apart."""
