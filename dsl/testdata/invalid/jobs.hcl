release "r" {}

app "a" {
  kind  = "Job"
  image = "nginx"
  job {
    completions   = 0 # ERROR: Invalid value: "completions" must be a whole number from 1 to 2147483647.
    parallelism   = -1 # ERROR: Invalid value: "parallelism" must be a whole number from 0 to 2147483647.
    backoff_limit = "many" # ERROR: Invalid value: "backoff_limit" is not valid: a number is required.
    deadline      = "500ms" # ERROR: Invalid value: "deadline" must be whole seconds, such as "1s"; Kubernetes knows nothing finer.
    ttl           = "0s" # ERROR: Invalid value: "ttl" must be at least 1s and at most 2147483647 seconds.
    restart       = "Always" # ERROR: Invalid value: "restart" must be "Never" or "OnFailure", not "Always".
  }
}

app "b" {
  kind  = "Job"
  image = "nginx"
  job {
    backoffLimit = 1 # ERROR: Unsupported argument: An argument named "backoffLimit" is not expected here. Did you mean "backoff_limit"?
    tll          = "1h" # ERROR: Unsupported argument: An argument named "tll" is not expected here. Did you mean "ttl"?
  }
  job {} # ERROR: Duplicate block: There can be one job block here; there is one already at main.hcl:19.
}

app "c" {
  kind  = "CronJob"
  image = "nginx"
  cron { # ERROR: Missing required argument: The argument "schedule" is required, but no definition was found.
    time_zone         = "Europe/Zurch" # ERROR: Invalid value: "time_zone" names no time zone that is known: "Europe/Zurch"; write it as in "Europe/Zurich".
    concurrency       = "forbid" # ERROR: Invalid value: "concurrency" must be "Allow", "Forbid" or "Replace", not "forbid". Did you mean "Forbid"?
    suspend           = "sometimes" # ERROR: Invalid value: "suspend" is not valid: a bool is required.
    starting_deadline = "soon" # ERROR: Invalid value: "starting_deadline" must be a duration with its unit, such as "30s", "5m" or "1h30m".
    keep_succeeded    = -1 # ERROR: Invalid value: "keep_succeeded" must be a whole number from 0 to 2147483647.
    keep_failed       = 1.5 # ERROR: Invalid value: "keep_failed" must be a whole number from 0 to 2147483647.
  }
}

app "d" {
  kind  = "CronJob"
  image = "nginx"
  cron { schedule = "* * *" } # ERROR: Invalid value: "schedule" is no cron expression: expected exactly 5 fields, found 3: [* * *]; write minute, hour, day of the month, month and day of the week, as in "30 3 * * 1-5".
}

app "e" {
  kind  = "CronJob"
  image = "nginx"
  cron { schedule = "61 * * * *" } # ERROR: Invalid value: "schedule" is no cron expression: end of range (61) above maximum (59): 61; write minute, hour, day of the month, month and day of the week, as in "30 3 * * 1-5".
}

app "f" {
  kind  = "CronJob"
  image = "nginx"
  cron { schedule = "CRON_TZ=UTC 0 3 * * *" } # ERROR: Invalid value: "schedule" has a time zone in it; use the argument time_zone.
}

app "g" {
  kind  = "CronJob"
  image = "nginx"
  cron {
    schedule  = "0 0 31 2 *"
    time_zone = "Local" # ERROR: Invalid value: "time_zone" must be the name of a time zone, as in "Europe/Zurich".
  }
}

app "h" {
  kind  = "CronJob"
  image = "nginx"
  cron {
    schedule  = "0 3 * * * *" # ERROR: Invalid value: "schedule" is no cron expression: expected exactly 5 fields, found 6: [0 3 * * * *]; write minute, hour, day of the month, month and day of the week, as in "30 3 * * 1-5".
    time_zone = "" # ERROR: Invalid value: "time_zone" must be the name of a time zone, as in "Europe/Zurich".
  }
}

app "i" {
  kind  = "CronJob"
  image = "nginx"
  cron { schedule = "@often" } # ERROR: Invalid value: "schedule" is no cron expression: unrecognized descriptor: @often; write minute, hour, day of the month, month and day of the week, as in "30 3 * * 1-5".
}

app "j" {
  kind  = "CronJob"
  image = "nginx"
  cron { schedule = "0 3 * * MOO" } # ERROR: Invalid value: "schedule" is no cron expression: failed to parse int from MOO: strconv.Atoi: parsing "MOO": invalid syntax; write minute, hour, day of the month, month and day of the week, as in "30 3 * * 1-5".
}
