# Shared by the scripts of this folder, which source it first. Not for running.
# shellcheck shell=bash
set -euo pipefail

# No line of any script depends on where it is called from.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
program=${0##*/}
logs=$root/target/logs
mkdir -p "$logs"

say() { printf '%s: %s\n' "$program" "$*" >&2; }
die() {
    say "error: $*"
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "needs root for: $* (run it as root once, then run this again)"
    fi
}

# Puts the Rust toolchain that `scripts/toolchain` chose on PATH.
use_toolchain() {
    [ -f target/toolchain.env ] || scripts/toolchain
    # shellcheck source=/dev/null
    . target/toolchain.env
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# apt_install PACKAGE…: installs what is not there yet. Fetches the package lists only if that fails with those at hand.
apt_install() {
    local missing=() package log=$logs/apt.log
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    have apt-get || die "needs ${missing[*]}, and there is no apt-get here: install them your system's way, then run this again"
    say "installing ${missing[*]}"
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}")
    as_root "${install[@]}" >"$log" 2>&1 </dev/null && return 0
    as_root apt-get -q -o DPkg::Lock::Timeout=300 update >>"$log" 2>&1 </dev/null ||
        die "apt-get update failed: $(last_line "$log") (all of it: ${log#"$root"/})"
    as_root "${install[@]}" >>"$log" 2>&1 </dev/null ||
        die "apt-get could not install ${missing[*]}: $(last_line "$log") (all of it: ${log#"$root"/})"
}

# The line of a log that most likely says what went wrong.
last_line() {
    local line
    line=$(grep -iE '^(npm )?(error|E:)' "$1" | tail -n 1) || true
    [ -n "$line" ] || line=$(grep -v '^[[:space:]]*$' "$1" | tail -n 1) || true
    printf '%s' "${line:-it wrote nothing}"
}

# python_tool NAME IMPORTS PIN…: a Python environment of its own in target/NAME with these packages; nothing if it is there.
python_tool() {
    local name=$1 imports=$2 log=$logs/$1.log
    shift 2
    local folder=target/$name
    if [ "$(cat "$folder/pins" 2>/dev/null)" = "$*" ] && "$folder/bin/python" -c "import $imports" 2>/dev/null; then
        return 0
    fi
    have python3 || apt_install python3
    # Debian's python3 comes without what fills a new environment with pip.
    python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv
    say "installing $1"
    rm -rf "$folder"
    python3 -m venv "$folder" >"$log" 2>&1 </dev/null ||
        die "python3 cannot make an environment in $folder: $(last_line "$log")"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@" >>"$log" 2>&1 </dev/null ||
        die "pip cannot install $*: $(last_line "$log") (all of it: ${log#"$root"/})"
    printf '%s' "$*" >"$folder/pins"
}
