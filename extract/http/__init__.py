"""The one way out: every request to another machine, HTTP or mail, its limits, its pace and its repeats.

| module | what it is for |
| --- | --- |
| deadline.py | sockets whose every wait ends when the request must be over |
| transport.py | one HTTP request and its whole answer, within limits of time and size |
| mail.py | one conversation with a mail server, within a limit of time |
| retry.py | when a request is made again, after which wait, and when it is given up |
| pacing.py | how fast requests may leave, over all processes |
| reply.py | an answer, and reading it without trusting it |

Proxies: HTTPS_PROXY, HTTP_PROXY and NO_PROXY count for everything but this machine, mail, and profile pages
(LINKEDIN_PROXY_POOL); nothing else of the environment does (no .netrc).
"""
