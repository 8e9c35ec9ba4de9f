release "r" { on_failure = "roll-back" } # ERROR: Invalid value: "on_failure" must be "stop", "rollback" or "continue", not "roll-back". Did you mean "rollback"?
