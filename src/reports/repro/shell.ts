/** The part of a script that is the same in all of them. Plain POSIX: no arrays, no local variables. */
export const prelude = String.raw`
T=$(mktemp -d) || exit 2
found_config= support_on= support_key= support_address= support_pw= may_be_silent=
trap 'result=$?; trap - EXIT; give_back; rm -rf "$T"; exit "$result"' EXIT
trap 'exit 130' INT TERM HUP
: >"$T/fields"; : >"$T/secrets"

cannot() { echo "Could not be tried: $*" >&2; exit 2; }
fault() { echo "The fault shows: $*"; exit 1; }
fixed() { echo "The fault does not show: $*"; exit 0; }

# field NAME VALUE: a header field of the next request. Values come by a file: other users can read command lines.
field() {
  if [ -n "$2" ]; then printf '%s: %s\n' "$1" "$2"; else printf '%s;\n' "$1"; fi >>"$T/fields"
}

# ask N METHOD PATH: sends the body on standard input and the fields; the answer is kept as N.
ask() {
  sent=$(cat); printf '%s' "$sent" >"$T/sent"
  case $2 in HEAD) set -- "$@" -I ;; GET) set -- "$@" -X GET ;; *) set -- "$@" -X "$2" ;; esac
  number=$1 method=$2 path=$3; shift 3
  if [ -s "$T/sent" ]; then set -- "$@" --data-binary "@$T/sent"; fi
  grep -qi '^content-type:' "$T/fields" || printf 'Content-Type:\n' >>"$T/fields"
  # shellcheck disable=SC2086 # options are several words
  curl -sS -g --path-as-is --max-time 60 ${'$'}{CURL_OPTIONS:-} -H @"$T/fields" -H 'Expect:' \
    -D "$T/$number.head" -o "$T/$number.body" -w '%{http_code}' "$@" "$BASE_URL$path" >"$T/$number.status" ||
    [ -n "$may_be_silent" ] || cannot "$method $path got no answer"
  : >"$T/fields"; [ -f "$T/$number.body" ] || : >"$T/$number.body"
  DATE=$(sed -n 's/^[Dd][Aa][Tt][Ee]: *//p' "$T/$number.head" | tr -d '\r' | tail -n 1)
  echo "$number. $method $path: $(cat "$T/$number.status")"
}

# Of an answer: its status, a text of its body (white space left out), a header field, a member's text.
status() { case $(cat "$T/$1.status") in $2) return 0 ;; *) return 1 ;; esac; }
holds() { tr -d ' \t\r\n' <"$T/$1.body" | grep -qF -- "$2"; }
field_is() { tr -d '\r' <"$T/$1.head" | grep -qi "^$2: *$3\$"; }
member_is_not() { holds "$1" "\"$2\":" && ! tr -d ' \t\r\n' <"$T/$1.body" | grep -q "\"$2\":$3"; }
member() {
  tr -d '\r\n' <"$T/$1.body" | sed -n "s/.*[{,][[:space:]]*\"$2\"[[:space:]]*:[[:space:]]*\"\([^\"]*\)\".*/\1/p" |
    sed 's/\\u0026/\&/g; s/\\\//\//g'
}
other_text() { first=$(member "$1" "$3") second=$(member "$2" "$3"); [ -n "$second" ] && [ "$first" != "$second" ]; }
same_text() { first=$(member "$1" "$3") second=$(member "$2" "$3"); [ -n "$second" ] && [ "$first" = "$second" ]; }
# Of a member, as JSON writes it: a text, a list, a word or a number; nothing where it is left out.
value() {
  tr -d ' \t\r\n' <"$T/$1.body" | sed -n -e "s/.*[{,]\"$2\":\(\"[^\"]*\"\).*/\1/p" \
    -e "s/.*[{,]\"$2\":\(\[[^]]*\]\).*/\1/p" -e "s/.*[{,]\"$2\":\([a-z0-9.-]*\)[],}].*/\1/p"
}
same_value() { [ "$(value "$1" "$3")" = "$(value "$2" "$3")" ]; }
# Something is cut off, or follows the end of an object, or stands before it.
json_is_broken() {
  tr -d ' \t\r\n' <"$T/$1.body" >"$T/json"
  case $(cat "$T/json") in
    '{'*'}' | '['*']' | '"'*'"' | true | false | null | [-0-9]*) grep -q -e '}[^],}]' -e ',[]}]' "$T/json" ;;
  esac
}
secret() { printf '%s\n' "$1" >>"$T/secrets"; }
# hands_out N: what an answer may hold in its body alone.
hands_out() { secret "$(member "$1" totpSecretKey)"; secret "$(member "$1" totpUri)"; }
head_shows_a_secret() { grep -v '^$' "$T/secrets" >"$T/s"; grep -qF -f "$T/s" "$T/$1.head"; }
body_shows_a_secret() { grep -v '^$' "$T/secrets" >"$T/s"; grep -qF -f "$T/s" "$T/$1.body"; }
in_json() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

# code KEY STEPS: the code of a key or key URI, so many steps from the target's time as its last answer told it.
code() {
  : "${'$'}{DATE:=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')}"
  printf '%s' "$1" | ${'$'}{CODE_CMD:-mfa-conformance code} --step "$2" --at "$DATE" || cannot 'no code could be made'
}
# near CODE PLACES PLUS: with another digit after so many, so many more.
near() {
  digit=$(printf '%s' "$1" | sed "s/^.\\{$2\\}\\(.\\).*/\\1/")
  printf '%s' "$1" | sed "s/^\\(.\\{$2\\}\\)./\\1$(((digit + $3) % 10))/"
}
# mailed_code ADDRESS
mailed_code() {
  if [ -n "${'$'}{MAIL_CODE_CMD:-}" ]; then sh -c "$MAIL_CODE_CMD \"\$1\"" mail-code "$1"; return; fi
  printf 'The newest code mailed to %s: ' "$1" >/dev/tty && IFS= read -r answer </dev/tty && printf '%s' "$answer"
}
no_code_for() { [ -z "$(mailed_code "$1")" ]; }
# The target's time, by an answer that says nothing else.
look_at_clock() {
  # shellcheck disable=SC2086 # options are several words
  curl -sS -g --max-time 60 ${'$'}{CURL_OPTIONS:-} -D "$T/clock.head" -o "$T/clock" "$BASE_URL/mfa-config" || return 0
  time=$(sed -n 's/^[Dd][Aa][Tt][Ee]: *//p' "$T/clock.head" | tr -d '\r' | tail -n 1)
  DATE=${'$'}{time:-$DATE}
}
# pause SECONDS, by the target's clock
pause() {
  echo "(waiting $1 s)"
  if [ -z "${'$'}{CLOCK_CONTROL:-}" ]; then sleep "$1"; look_at_clock; return; fi
  curl -sS -o "$T/clock" -H 'Content-Type: application/json' -d "{\"advanceMs\":$1000}" "$CLOCK_CONTROL" ||
    cannot 'the clock could not be moved'
  DATE=$(sed -n 's/.*"now" *: *"\([^"]*\)".*/\1/p' "$T/clock")
}
# pause_steps N: until the Nth step of 30 s from now has begun.
pause_steps() {
  second=${'$'}{DATE:-$(date -u +%H:%M:%S)}; second=${'$'}{second#*:}
  second=$(printf '%s' "${'$'}{second#*:}" | sed 's/^0*\([0-9][0-9]*\).*/\1/')
  pause $(($1 * 30 + 1 - second % 30))
}
# until_zero KEY: until its code begins with a zero, which one of ten does.
until_zero() {
  tries=0
  while made=$(code "$1" 0) || exit 2; [ "${'$'}{made#0}" = "$made" ]; do
    tries=$((tries + 1)); [ "$tries" -le 90 ] || cannot 'no code begins with a zero'
    pause 30
  done
}
`;

/** Restores what a script changes; `asAdmin` sends the admin's credential. */
export const giveBack = `
keep_config() {
  [ -z "$found_config" ] || return 0
  as_admin; ask found GET /mfa-config </dev/null
  status found '2??' || cannot 'the configuration could not be read'
  found_config=yes
}
needs_support_off() {
  [ -z "$support_on" ] || return 0
  as_admin; ask support GET /support-user/mfa </dev/null
  ! holds support '"enabled":true' || cannot "the support user's MFA is on: it has to be off before"
}
# support_is_on N MODE ADDRESS: after an answer that may have switched it on, with what was asked for.
support_is_on() {
  status "$1" '2??' || return 0
  ! holds "$1" '"enabled":false' || return 0
  mode=$(member "$1" mfaType); support_on=\${mode:-\${2:-\${support_on:-totp}}}
  [ -z "$3" ] || support_address=$3
  [ -n "$support_address" ] || support_address=$(member "$1" email)
  # A change of what is on already hands out no key: the one before goes on.
  key=$(member "$1" totpUri); [ -n "$key" ] || key=$(member "$1" totpSecretKey); [ -z "$key" ] || support_key=$key
}
switch_off() {
  if [ "$support_on" = email ]; then
    as_admin; ask mail POST /support-user/send-email-otp </dev/null
    off_code=$(mailed_code "$support_address")
  else pause 31; off_code=$(code "$support_key" 0); fi
  off_proof=
  [ -z "$support_pw" ] || off_proof=",\\"currentPassword\\":\\"$(in_json "$support_pw")\\""
  as_admin; field Content-Type application/json
  ask off PATCH /support-user/mfa <<EOF
{"enabled":false,"mfaCode":"$off_code"$off_proof}
EOF
  status off '2??'
}
give_back() {
  may_be_silent=yes
  if [ -n "$support_on" ]; then
    as_admin; ask now GET /support-user/mfa </dev/null
    holds now '"enabled":true' || support_on=
  fi
  [ -z "$support_on" ] || switch_off || switch_off ||
    echo "The support user's MFA is still on: switch it off." >&2
  [ -n "$found_config" ] || return 0
  as_admin; field Content-Type application/json
  ask restored PUT /mfa-config <"$T/found.body"
  status restored '2??' || echo 'The configuration of cluster MFA could not be restored.' >&2
}
`;
