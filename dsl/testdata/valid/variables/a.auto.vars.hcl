stage = "auto"
not_null = null
