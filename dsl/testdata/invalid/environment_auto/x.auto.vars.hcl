# Values.
