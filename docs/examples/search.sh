#!/bin/sh
# Prints everything that a query finds: sh search.sh http://127.0.0.1:8080 'opec AND price'
# Wants curl 7.84 or later, and jq.
set -eu
server=${1:?which server?} query=${2:?which query?}
page=$(mktemp)
trap 'rm -f "$page"' EXIT

cursor=
while :; do
    # --retry waits as long as Retry-After says, where the server is busy.
    cursor=$(curl --silent --show-error --fail-with-body --compressed --retry 4 --output "$page" \
        --write-out '%header{x-next-cursor}' --get "$server/api/v1/search.jsonl" \
        --data-urlencode "q=$query" --data-urlencode "cursor=$cursor" \
        --data 'sort=newest&limit=500&fields=published,source,headline,excerpt&strict=1') || {
        # A refusal is application/problem+json.
        jq --raw-output 'select(.code) | "\(.code): \(.detail). \(.hint // "")"' "$page" >&2
        exit 1
    }
    # Not what was withdrawn meanwhile; and of a date no more than is known of it.
    jq --raw-output 'select(.status != "deleted")
        | [(.published | (.at // "undated")[:{year: 4, month: 7, day: 10}[.precision] // 16]),
           .source.name // .source.site // "",
           if .headline != "" then .headline else .excerpt // "" end]
        | @tsv' "$page"
    [ -n "$cursor" ] || break
done
