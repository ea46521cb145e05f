#!/bin/sh
# Stands in for libgpiod's gpiodetect, gpioinfo, gpioget, gpiomon and gpioset, whichever it is called as.
# The folder it lies in is the board: `mood`, `version`, `chips`, `names`, `levels/`, `outputs/`, and `events`, whose
# growth is what gpiomon prints. simulator/board.ts makes such a folder and moves its lines.
set -eu
board=$(dirname -- "$0")
tool=$(basename -- "$0")
mood=$(cat "$board/mood")
case $mood in
  hangs) exec sleep 86400 ;;
  fails*)
    echo "$tool: ${mood#fails }" >&2
    exit 1
    ;;
esac
version=$(cat "$board/version")
if [ "${1:-}" = --version ]; then
  echo "$tool (libgpiod) v$version"
  exit 0
fi
case $tool in
  gpiodetect) exec cat "$board/chips" ;;
  gpioinfo) exec cat "$board/names" ;;
  gpioget)
    levels=
    for word; do
      case $word in
        *[!0-9]*) ;;
        *) levels="$levels $(cat "$board/levels/$word")" ;;
      esac
    done
    echo "${levels# }"
    ;;
  gpiomon)
    # The real version 1 holds its output back on a pipe.
    case $version in 1.*) [ "${_STDBUF_O:-}" = L ] || exec sleep 86400 ;; esac
    # Whatever comes once its process id is told is printed, however late tail begins.
    from=$(($(wc -c <"$board/events") + 1))
    echo "$$ $*" >"$board/gpiomon.pid"
    exec tail -c "+$from" -s 0.05 -f "$board/events"
    ;;
  gpioset)
    for word; do
      case $word in [0-9]*=[01]) echo "${word#*=}" >"$board/outputs/${word%%=*}" ;; esac
    done
    echo "$$ $*" >"$board/gpioset.pid"
    exec sleep 86400
    ;;
esac
