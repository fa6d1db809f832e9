#!/bin/sh
set -e
# An upgrade restarts the service after it.
if [ "$1" != upgrade ] && [ -d /run/systemd/system ]; then
  systemctl disable --now quasar-agent.service || :
fi
