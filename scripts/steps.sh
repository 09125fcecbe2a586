# Named steps with their times, for the scripts that run many; they source it after lib.sh. Not for running.
# shellcheck shell=bash

step_names=()
step_seconds=()
step_results=()
closing_lines=()
heartbeat=

# step NAME COMMAND…: runs a step that all later ones need. Ends the script if it fails.
step() {
    attempt "$@" && return 0
    finish_steps
    exit 1
}

# attempt NAME COMMAND…: runs a step; its failure is told at the end, and later steps still run.
attempt() {
    local name=$1 started=$SECONDS status=0
    shift
    printf '\n== %s\n' "$name" >&2
    start_heartbeat "$name"
    "$@" </dev/null || status=$?
    stop_heartbeat
    note_step "$name" $((SECONDS - started)) "$status"
    [ "$status" = 0 ] || say "step '$name' failed (status $status): $*"
    return "$status"
}

# attempt_tests NAME COMMAND…: like attempt, and remembers the test runner's closing lines for the end.
attempt_tests() {
    local name=$1 log status=0
    log=$logs/$(printf '%s' "$1" | tr -c 'a-zA-Z0-9\n' '-').log
    shift
    attempt "$name" logged "$log" "$@" || status=$?
    local line
    while IFS= read -r line; do
        closing_lines+=("$line")
    done < <(sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '^ *Summary \[|^test result: |^(# |ℹ )(tests|pass|fail|skipped) ')
    return "$status"
}

logged() {
    local log=$1
    shift
    "$@" 2>&1 | tee "$log"
}

note_step() {
    step_names+=("$1")
    step_seconds+=("$2")
    if [ "$3" = 0 ]; then step_results+=(ok); else step_results+=(FAILED); fi
}

# Says every half minute that a step is still going on, where no terminal shows cargo's own progress bar.
start_heartbeat() {
    [ -t 2 ] && return 0
    (
        seconds=0
        while sleep 30; do
            seconds=$((seconds + 30))
            printf '   … %s: %s s\n' "$1" "$seconds" >&2
        done
    ) </dev/null >/dev/null &
    heartbeat=$!
}

stop_heartbeat() {
    [ -n "$heartbeat" ] || return 0
    # The sleep is the heartbeat's child and would hold the terminal's pipe for half a minute more. It goes last: a
    # heartbeat that is still there would report its end.
    local children
    children=$(pgrep -P "$heartbeat") || true
    kill "$heartbeat" 2>/dev/null || true
    wait "$heartbeat" 2>/dev/null || true
    # shellcheck disable=SC2086
    kill $children 2>/dev/null || true
    heartbeat=
}
trap stop_heartbeat EXIT

# Prints each step's time, then the test runners' closing lines; fails, naming the steps, if one of them failed.
finish_steps() {
    local at failed=() total=0
    printf '\n%-28s %8s  %s\n' step seconds result
    for at in "${!step_names[@]}"; do
        printf '%-28s %8s  %s\n' "${step_names[at]}" "${step_seconds[at]}" "${step_results[at]}"
        total=$((total + step_seconds[at]))
        [ "${step_results[at]}" = ok ] || failed+=("${step_names[at]}")
    done
    printf '%-28s %8s\n' 'all' "$total"
    [ ${#closing_lines[@]} = 0 ] || printf '%s\n' '' "${closing_lines[@]}"
    [ ${#failed[@]} = 0 ] && return 0
    local names
    names=$(printf ", '%s'" "${failed[@]}")
    say "FAILED: ${names#, }"
    return 1
}
