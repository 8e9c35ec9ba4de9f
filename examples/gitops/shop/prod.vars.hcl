# stowage apply shop --env prod
# The password has no place in a file that is kept with the source.
image_tag = "1.4.0"
replicas  = 3
