# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

true = "CANARY-1"

true_for = "CANARY-2"

true_1 = "CANARY-3"

true_2 = "CANARY-4"

true_a = "CANARY-5"

true_a_2 = "CANARY-6"
