# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

other_tls_a = "CANARY-b"
