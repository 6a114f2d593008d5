"""What can be done with a workspace: each job takes plain values, says what it does, raises what stops it.

`say` is told what happens on the way, `show` what came out, a line each. Options that are texts are as
somebody typed them.
"""
