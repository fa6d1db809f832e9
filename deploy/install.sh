#!/bin/sh
# Installs the Quasar agent: downloads one binary, verifies its checksum, and where systemd runs installs a service that starts at boot.
#
#   sh install.sh --redis redis://localhost:6379
#
# Only the last step needs root: it asks for it with sudo, after the checksum was verified.
set -eu

usage() {
  cat <<'TEXT'
Usage: install.sh [options]

  --redis URL      the Redis to report to; QUASAR_REDIS_URL keeps it off the command line
  --version X.Y.Z  version to install (default 0.1.0) [QUASAR_AGENT_VERSION]
  --from URL       where the binaries are (default: the releases of the project) [QUASAR_AGENT_URL]
  --bin-dir DIR    where the binary goes (default /usr/local/bin)
  --no-service     installs the binary only
  --uninstall      stops the service and removes binary, unit and user; settings in /etc/quasar stay
  -h, --help       shows this help

QUASAR_TOKEN, if set, is stored beside the URL in /etc/quasar/agent.env, which only root can read.
TEXT
}

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

main() {
  version=${QUASAR_AGENT_VERSION:-0.1.0}
  from=${QUASAR_AGENT_URL:-}
  redis=${QUASAR_REDIS_URL:-}
  bin_dir=/usr/local/bin
  wants_service=yes
  action=install
  while [ $# -gt 0 ]; do
    case $1 in
      --redis | --version | --from | --bin-dir)
        [ $# -ge 2 ] || fail "$1 takes a value"
        case $1 in
          --redis) redis=$2 ;;
          --version) version=$2 ;;
          --from) from=$2 ;;
          --bin-dir) bin_dir=$2 ;;
        esac
        shift 2
        ;;
      --no-service) wants_service=no && shift ;;
      --uninstall) action=uninstall && shift ;;
      -h | --help) usage && exit 0 ;;
      *) fail "unknown option $1; --help lists the options" ;;
    esac
  done
  check_options
  if [ "$action" = uninstall ]; then uninstall; else install_agent; fi
}

check_options() {
  echo "$version" | grep -Eq '^[0-9]+\.[0-9]+\.[0-9]+[A-Za-z0-9.-]*$' || fail "--version takes a version such as 0.1.0"
  echo "$bin_dir" | grep -Eq '^(/[A-Za-z0-9._+-]+)+$' || fail "--bin-dir takes an absolute path of letters, digits and . _ + -"
  case $redis in
    '' | redis://* | rediss://* | unix://*) ;;
    *) fail "--redis takes a URL that begins with redis://, rediss:// or unix://" ;;
  esac
  case $redis$(printenv QUASAR_TOKEN || :) in
    *'
'*) fail "the URL and the token must be one line each" ;;
  esac
  from=${from:-https://github.com/gravito-framework/quasar/releases/download/agent-v$version}
}

install_agent() {
  name=quasar-agent-$(system)-$(architecture)
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  trap 'exit 130' INT TERM
  echo "Downloading $name $version"
  download "$from/$name" "$folder/quasar-agent"
  download "$from/SHA256SUMS" "$folder/SHA256SUMS"
  verify "$folder/quasar-agent" "$name" "$folder/SHA256SUMS"
  chmod 755 "$folder/quasar-agent"
  "$folder/quasar-agent" --version >/dev/null 2>&1 || fail "the binary does not run on this machine"
  if ! uses_systemd; then wants_service=no; fi
  write_unit >"$folder/quasar-agent.service"
  write_settings >"$folder/agent.env"
  write_steps >"$folder/steps.sh"
  as_root sh "$folder/steps.sh"
  tell
}

system() {
  case $(uname -s) in
    Linux) echo linux ;;
    Darwin) echo darwin ;;
    *) fail "there is no agent for $(uname -s); it runs on Linux and macOS" ;;
  esac
}

architecture() {
  case $(uname -m) in
    x86_64 | amd64) echo amd64 ;;
    aarch64 | arm64) echo arm64 ;;
    *) fail "there is no agent for $(uname -m); it runs on x86_64 and arm64" ;;
  esac
}

download() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --proto '=https,http' --connect-timeout 15 --max-time 300 -o "$2" "$1" || fail "could not download $1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -T 60 -O "$2" "$1" || fail "could not download $1"
  else
    fail "needs curl or wget"
  fi
}

verify() {
  expected=$(awk -v name="$2" '$2 == name || $2 == "*" name { print $1 }' "$3")
  [ -n "$expected" ] || fail "SHA256SUMS has no line for $2; nothing was installed"
  if command -v sha256sum >/dev/null 2>&1; then
    actual=$(sha256sum "$1" | cut -d' ' -f1)
  else
    actual=$(shasum -a 256 "$1" | cut -d' ' -f1)
  fi
  [ "$actual" = "$expected" ] || fail "the checksum of $2 is wrong: $actual instead of $expected; nothing was installed"
}

uses_systemd() {
  [ -d "${QUASAR_SYSTEMD_RUN:-/run/systemd/system}" ] && command -v systemctl >/dev/null 2>&1
}

# A folder of one's own needs no root.
as_root() {
  if [ "$(id -u)" = 0 ] || { [ "$wants_service" = no ] && [ -w "$bin_dir" ]; }; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    fail "the last step needs root: run this script as root, or install sudo"
  fi
}

# Everything that needs root, and nothing else. Settings that are there already stay.
write_steps() {
  cat <<STEPS
set -eu
umask 022
mkdir -p '$bin_dir'
cp '$folder/quasar-agent' '$bin_dir/.quasar-agent.new'
chmod 755 '$bin_dir/.quasar-agent.new'
mv '$bin_dir/.quasar-agent.new' '$bin_dir/quasar-agent'
STEPS
  [ "$wants_service" = yes ] || return 0
  cat <<STEPS
if ! id quasar-agent >/dev/null 2>&1; then
  useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin quasar-agent
fi
mkdir -p /etc/quasar
if [ ! -e /etc/quasar/agent.env ]; then
  (umask 077 && cp '$folder/agent.env' /etc/quasar/agent.env)
elif [ -s '$folder/agent.env' ]; then
  echo 'Left /etc/quasar/agent.env as it is'
fi
if [ ! -e /etc/quasar/agent.yaml ]; then
  printf '%s\n' '# Settings of the agent: docs/agent.md. Secrets belong into agent.env.' '{}' >/etc/quasar/agent.yaml
fi
cp '$folder/quasar-agent.service' /etc/systemd/system/quasar-agent.service
systemctl daemon-reload
systemctl enable quasar-agent.service
systemctl restart quasar-agent.service
STEPS
}

write_settings() {
  [ -z "$redis" ] || write_setting QUASAR_REDIS_URL "$redis"
  [ -z "${QUASAR_TOKEN:-}" ] || write_setting QUASAR_TOKEN "$QUASAR_TOKEN"
}

# In double quotes, as systemd reads them.
write_setting() {
  printf '%s="%s"\n' "$1" "$(printf %s "$2" | sed 's/[\\"$`]/\\&/g')"
}

tell() {
  echo "Installed $bin_dir/quasar-agent"
  if [ "$wants_service" = yes ]; then
    echo "The service quasar-agent runs, and starts at boot. Its settings: /etc/quasar/agent.env and /etc/quasar/agent.yaml"
    [ -n "$redis" ] || echo "Set QUASAR_REDIS_URL in /etc/quasar/agent.env, then: systemctl restart quasar-agent"
  else
    echo "Run it: $bin_dir/quasar-agent --redis redis://localhost:6379"
  fi
}

uninstall() {
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  cat >"$folder/steps.sh" <<STEPS
set -eu
if command -v systemctl >/dev/null 2>&1 && [ -e /etc/systemd/system/quasar-agent.service ]; then
  systemctl disable --now quasar-agent.service || :
  rm -f /etc/systemd/system/quasar-agent.service
  systemctl daemon-reload
fi
if id quasar-agent >/dev/null 2>&1; then userdel quasar-agent; fi
rm -f '$bin_dir/quasar-agent'
STEPS
  as_root sh "$folder/steps.sh"
  echo "Removed the agent. /etc/quasar is still there."
}

# deploy/systemd/quasar-agent.service, for the folder of the binary.
write_unit() {
  sed "s#/usr/local/bin#$bin_dir#" <<'UNIT'
[Unit]
Description=Quasar agent: reports this host to Redis
Documentation=https://github.com/gravito-framework/quasar
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=/usr/local/bin/quasar-agent --config /etc/quasar/agent.yaml
ExecReload=/bin/kill -HUP $MAINPID
# QUASAR_REDIS_URL, QUASAR_TOKEN: secrets are not in the unit.
EnvironmentFile=-/etc/quasar/agent.env
User=quasar-agent
Group=quasar-agent
RuntimeDirectory=quasar-agent
Restart=always
RestartSec=5

# The agent reads /proc and /sys, and talks to Redis. It writes nothing.
NoNewPrivileges=yes
ProtectSystem=strict
# The figures of a disk at /home need it to be visible.
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
CapabilityBoundingSet=
MemoryMax=128M

[Install]
WantedBy=multi-user.target
UNIT
}

main "$@"
