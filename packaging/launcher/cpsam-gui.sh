#!/bin/sh
# Starts cpsam-gui; the first start makes an environment with uv, in the folder of the user's data. Linux and macOS.
# CPSAM_WHEEL installs that file instead of the release, and CPSAM_TORCH is another flavour of torch (cpu, cu128; empty: as the
# index has it), for tests.
set -eu
version="${CPSAM_VERSION:-latest}"
case "$(uname -s)" in
    Darwin) base="$HOME/Library/Application Support/cpsam-gui" ;;
    *) base="${XDG_DATA_HOME:-$HOME/.local/share}/cpsam-gui" ;;
esac
environment="$base/program"
here="$(cd "$(dirname "$0")" && pwd)"
uv="$here/uv"
[ -x "$uv" ] || uv="$(command -v uv || true)"
if [ -z "$uv" ]; then
    echo "uv is missing beside this file; see docs.astral.sh/uv" >&2
    exit 1
fi
if [ "${1:-}" = --update ]; then
    rm -f "$environment/ready"
    shift
fi
if [ ! -e "$environment/ready" ]; then
    echo "cpsam-gui: installing, once; torch is large" >&2
    what="${CPSAM_WHEEL:-cpsam-gui}"
    [ -n "${CPSAM_WHEEL:-}" ] || [ "$version" = latest ] || what="cpsam-gui==$version"
    "$uv" venv --quiet --clear --python '>=3.10' "$environment"
    # auto: the flavour of torch for the card and driver of this machine
    torch="${CPSAM_TORCH-auto}"
    "$uv" pip install --quiet --python "$environment/bin/python" ${torch:+--torch-backend "$torch"} --upgrade "$what"
    touch "$environment/ready"
fi
exec "$environment/bin/cpsam-gui" "$@"
