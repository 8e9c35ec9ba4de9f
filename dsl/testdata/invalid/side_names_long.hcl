release "r" {}

app "an-app-whose-name-leaves-no-room-for-that-of-its-preview" { # ERROR: Invalid name: With this rollout the app would have an object named "an-app-whose-name-leaves-no-room-for-that-of-its-preview-preview", which must be at most 63 characters long; it has 64. Give the app a shorter name.
  image = "nginx"
  port "http" { number = 80 }
  rollout { strategy = "blue-green" }
}

app "another-app-whose-name-leaves-just-the-room-for-a-color" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "blue-green"
    preview  = false
  }
}

app "an-app-whose-name-leaves-not-even-room-for-that-of-its-color" { # ERROR: Invalid name: With this rollout the app would have an object named "an-app-whose-name-leaves-not-even-room-for-that-of-its-color-green", which must be at most 63 characters long; it has 66. Give the app a shorter name.
  image = "nginx"
  rollout {
    strategy = "blue-green"
    worker   = true
  }
}

app "an-app-whose-name-leaves-no-room-for-that-of-its-a-canary" { # ERROR: Invalid name: With this rollout the app would have an object named "an-app-whose-name-leaves-no-room-for-that-of-its-a-canary-canary", which must be at most 63 characters long; it has 64. Give the app a shorter name.
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [10]
  }
}
