#!/bin/sh
set -e
if ! id quasar-agent >/dev/null 2>&1; then
  useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin quasar-agent
fi
if [ ! -e /etc/quasar/agent.env ]; then
  (umask 077 && printf '# QUASAR_REDIS_URL=redis://localhost:6379\n' >/etc/quasar/agent.env)
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl enable quasar-agent.service
  systemctl restart quasar-agent.service
fi
