#!/bin/sh
# Runs a script on the pinned Node.js with all dependencies installed.
# Usage: sh .toolchain/node.sh [ENTRY [ARGS...]]     (no entry: only set up)
#
# A fresh clone needs nothing but a system npm. Two calls at once are safe: one installs, the other waits.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
home="$root/.toolchain/home"
oldest=24.15

is_usable() {
  "$1" -e 'const [a,b]=process.versions.node.split(".").map(Number),[c,d]=process.argv[1].split(".").map(Number);process.exit(a===c&&b>=d?0:1)' \
    "$oldest" >/dev/null 2>&1
}

# An outer npm leaves its own settings in the environment; the inner npm must not inherit these.
for name in npm_config_local_prefix npm_config_prefix npm_config_global npm_config_workspace npm_config_workspaces \
  npm_config_include_workspace_root npm_config_omit npm_config_production npm_config_ignore_scripts; do
  unset "$name" || true
done

exec 9>"$root/.bootstrap.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi

node=$(command -v node || true)
case $node in "$root"/node_modules/.bin/*) node= ;; esac
if [ -z "$node" ] || ! is_usable "$node"; then
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) echo "toolchain: no pinned Node.js for $(uname -m); install Node.js 24 yourself" >&2; exit 1 ;;
  esac
  node="$home/node_modules/node-linux-$arch/bin/node"
  if ! is_usable "$node" || ! cmp -s "$root/.toolchain/package-lock.json" "$home/package-lock.json"; then
    echo "toolchain: installing the pinned Node.js from the npm registry" >&2
    mkdir -p "$home"
    cp "$root/.toolchain/package.json" "$root/.toolchain/package-lock.json" "$root/.npmrc" "$home/"
    (cd "$home" && npm ci --ignore-scripts --loglevel=error) >&2
  fi
  is_usable "$node" || { echo "toolchain: no usable Node.js at $node" >&2; exit 1; }
fi
node=$(readlink -f "$node")
PATH="$(dirname "$node"):$PATH"
export PATH
# Optional native modules (onoff's epoll) are built against this Node.js, not against headers fetched or found elsewhere.
headers=$(dirname "$(dirname "$node")")
if [ -f "$headers/include/node/node_api.h" ]; then
  npm_package_config_node_gyp_nodedir=$headers
  export npm_package_config_node_gyp_nodedir
fi

stamp="$root/node_modules/.install-stamp"
want="$("$node" -p 'process.version+" "+process.arch') $(cat "$root/package-lock.json" "$root/package.json" "$root"/*/package.json "$root"/edge/*/package.json | sha256sum | cut -c1-64)"
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$want" ]; then
  echo "dependencies: npm ci on Node.js $("$node" -v); a minute or two, once" >&2
  try=1
  # The registry may be slow or drop a connection: three tries, few sockets.
  until (cd "$root" && npm ci --include=dev --prefer-offline --maxsockets=8 --loglevel=error) >&2; do
    [ "$try" -ge 3 ] && { echo "dependencies: npm ci failed $try times" >&2; exit 1; }
    try=$((try + 1))
    echo "dependencies: npm ci, try $try" >&2
  done
  printf '%s' "$want" >"$stamp"
fi
exec 9>&-
if [ $# -eq 0 ]; then exit 0; fi
exec "$node" "$@"
