#!/bin/sh
# Read by the shell in the container: neither HCL nor stowage looks into it.
set -eu
echo "starting ${SHOP_NAME:-shop} on %{HOST} as $(id -un)"
exec /bin/shop --listen ":${PORT}"
