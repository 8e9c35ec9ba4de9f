#!/bin/sh
# Nothing of this is expanded: ${HOME}, %{if}, $(date).
exec /usr/sbin/server --home "${HOME}"
