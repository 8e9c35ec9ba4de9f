# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

monitor_password = "CANARY-monitor"
