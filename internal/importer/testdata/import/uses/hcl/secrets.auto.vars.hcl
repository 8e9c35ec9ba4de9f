# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

certificate_a = "CANARY-1"

listed_a = "CANARY-2"

of_account_a = "CANARY-3"
