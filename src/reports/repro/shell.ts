/** Functions of scripts in plain POSIX sh, one a paragraph. A script contains only those that it calls. */
const paragraphs = String.raw`
cannot() { echo "It can't be tried here: $*" >&2; exit 2; }

shows() { echo "The fault shows: $*"; exit 1; }

# gone N: answer N meets the requirement. A throttled or failing target decides nothing.
gone() {
  case $(code_of "$1") in 000 | 429 | 5??) cannot "request $1 was answered $(code_of "$1")" ;; esac
  echo 'The fault does not show: the target meets the requirement.'; exit 0
}

# later N METHOD PATH [FIELD...]: prepares request N, with its body from standard input, for the next connection.
# Values go through files, because other users can read command lines.
later() {
  sent=$(cat); printf '%s' "$sent" >"$T/$1.sent"; : >"$T/$1.head"; : >"$T/$1.body"
  {
    [ ! -s "$T/curl" ] || echo next
    printf '%s\n' silent show-error globoff path-as-is 'max-time = 60' 'header = "Expect:"'
    printf '%s\n' "${'$'}{CURL_OPTIONS:-}" | sed 's/ -/\
-/g'
    printf 'url = "%s"\nrequest = "%s"\n' "$BASE_URL$(in_json "$3")" "$2"
    printf 'output = "%s"\ndump-header = "%s"\n' "$T/$1.body" "$T/$1.head"
    [ "$2" != HEAD ] || echo head
    case $* in *Accept:*) ;; *) echo 'header = "Accept: application/json"' ;; esac
    case $* in *Accept-Encoding:*) echo compressed ;; esac
    if [ -n "$sent" ]; then
      printf 'data-binary = "@%s"\n' "$T/$1.sent"
      case $* in *Content-Type:*) ;; *) echo 'header = "Content-Type: application/json"' ;; esac
    fi
    number=$1; printf '%s. %s %s\n' "$1" "$2" "$3" >>"$T/asked"; shift 3
    for field do printf 'header = "%s"\n' "$(in_json "$field")"; done
  } >>"$T/curl"
}

# send N METHOD PATH [FIELD...]: sends it now and keeps the answer as N.
send() {
  later "$@"; curl -K "$T/curl"
  while IFS= read -r line; do echo "$line: $(code_of "${'$'}{line%%.*}")"; done <"$T/asked"
  : >"$T/curl"; : >"$T/asked"; at=$(date +%s)
}

code_of() { found_code=$(sed -n 's/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$T/$1.head" | tail -n 1); echo "${'$'}{found_code:-000}"; }

# prepared N STATUS: stops the script unless answer N has the status of the run.
prepared() { status "$1" "$2" || cannot "request $1 was answered $(code_of "$1"), in the run $2"; }

status() { case $(code_of "$1") in $2) ;; *) return 1 ;; esac; }

is_error() { outermost "$1" | grep -Eq '(^|,)"(errorCode|message)":"[^"]'; }

# outermost N: the body without nested objects and lists.
outermost() { body_of "$1" | sed -e 's/^{//' -e 's/}$//' -e ':a' -e 's/{[^{}]*}//g' -e 's/\[[^][]*\]//g' -e 't a'; }

same_value() { [ "$(value "$1" "$3")" = "$(value "$2" "$3")" ]; }

# Replaces each value by a letter, innermost first: valid JSON becomes a single letter.
json_is_broken() {
  ! body_of "$1" | LC_ALL=C sed -E -e 's/\\.//g' -e 's/"[^"]*"/S/g' \
    -e 's/true|false|null|-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/V/g' \
    -e ':a' -e 's/\{(S:[SV](,S:[SV])*)?\}|\[([SV](,[SV])*)?\]/V/g' -e 't a' | grep -qx '[SV]'
}

holds() { body_of "$1" | grep -qF -- "$2"; }

field_is() { tr -d '\r' <"$T/$1.head" | grep -qi "^$2: *$3\$"; }

# near CODE PLACES PLUS: the code with PLUS added to the digit after PLACES others.
near() {
  digit=$(printf '%s' "$1" | cut -c "$(($2 + 1))")
  printf '%s' "$1" | sed "s/./$(((digit + $3) % 10))/$(($2 + 1))"
}

no_code_for() { [ -z "$(mailed_code "$1")" ]; }

# keep_config: keeps the configuration of cluster MFA, to restore it at the end.
keep_config() {
  as_admin found GET /mfa-config </dev/null
  status found '2??' || cannot 'the configuration can not be read'
  found=yes
}

support_is_off() {
  as_admin support GET /support-user/mfa </dev/null
  ! holds support '"enabled":true' || cannot "the support user's MFA is on: switch it off first"
}

# support_is_on N MODE ADDRESS: notes that request N may have switched support MFA on in this mode.
support_is_on() {
  status "$1" '2??' && ! holds "$1" '"enabled":false' || return 0
  on=${'$'}{2:-${'$'}{on:-totp}}
  address=${'$'}{3:-${'$'}{address:-$(member "$1" email)}}
  # A change while it is on returns no key, so the earlier one stays in force.
  made=$(member "$1" totpUri); made=${'$'}{made:-$(member "$1" totpSecretKey)}; key=${'$'}{made:-${'$'}{key:-}}
}

# give_back STATUS: restores the target and ends the script with this status.
give_back() {
  trap - EXIT; : >"$T/curl"; : >"$T/asked"
  if [ -n "${'$'}{on:-}" ]; then
    as_admin now GET /support-user/mfa </dev/null
    ! holds now '"enabled":true' || "switch_off_$on" || echo "The support user's MFA is still on: switch it off." >&2
  fi
  if [ -n "${'$'}{found:-}" ]; then
    as_admin restored PUT /mfa-config <"$T/found.body"
    status restored '2??' || echo 'The configuration of cluster MFA could not be restored.' >&2
  fi
  rm -rf "$T"; exit "$1"
}

# These switch support MFA off at the end.
switch_off_totp() { switch_off "$(totp "$key" 1)" || { pause 31; switch_off "$(totp "$key" 1)"; }; }

switch_off_email() {
  as_admin mail POST /support-user/send-email-otp </dev/null
  switch_off "$(mailed_code "$address")"
}

switch_off() {
  as_admin off PATCH /support-user/mfa <<END
{"enabled":false,"mfaCode":"$1"${'$'}{password:+,\"currentPassword\":\"$(in_json "$password")\"}}
END
  status off '2??'
}

code_mailed_to() { code=$(mailed_code "$1"); [ -n "$code" ] || cannot "no code was mailed to $1"; printf %s "$code"; }

# mailed_code ADDRESS: the newest code, from the command in $MAILED_CODE or from the user.
mailed_code() {
  if [ -n "${'$'}{MAILED_CODE:-}" ]; then sh -c "$MAILED_CODE \"\$1\"" mail "$1"; return; fi
  printf 'The newest code mailed to %s (empty: none came): ' "$1" >&2; IFS= read -r answer; printf '%s' "$answer"
}

# totp KEY STEPS: the code of a secret or key URI, STEPS after the target's current step.
totp() {
  period=$(of_uri "$1" period 30) digits=$(of_uri "$1" digits 6) hash=$(of_uri "$1" algorithm SHA1 | tr A-Z a-z)
  left=$(of_uri "$1" secret "$1" | sed 's/%3[Dd]//g' | tr -d '= -' | tr a-z A-Z) held=0 bits=0 hex=
  while [ -n "$left" ]; do
    before=ABCDEFGHIJKLMNOPQRSTUVWXYZ23''4567; before=${'$'}{before%%"${'$'}{left%"${'$'}{left#?}"}"*}; left=${'$'}{left#?}
    held=$(((held << 5 | ${'$'}{#before}) & 4095)) bits=$((bits + 5))
    [ "$bits" -lt 8 ] || { bits=$((bits - 8)); hex=$hex$(printf %02x $((held >> bits & 255))); }
  done
  # In the last seconds of a step the code would arrive late.
  [ $(($(target_time) % period)) -lt $((period - 3)) ] || sleep 3
  count=$(($(target_time) / period + $2))
  mac=$(for shift in 56 48 40 32 24 16 8 0; do printf "\\$(printf %03o $((count >> shift & 255)))"; done |
    openssl dgst "-$hash" -mac HMAC -macopt "hexkey:$hex") || cannot 'openssl makes no code'
  mac=${'$'}{mac##* }; from=$((0x${'$'}{mac#"${'$'}{mac%?}"} * 2 + 1))
  printf %010d $((0x$(printf %s "$mac" | cut -c "$from-$((from + 7))") & 0x7fffffff)) | tail -c "$digits"
}
of_uri() { part=$(printf %s "$1" | sed -n "s/.*[?&]$2=\([^&#]*\).*/\1/p"); printf %s "${'$'}{part:-$3}"; }

# pause_steps N: waits until the Nth step of 30 s from now has begun.
pause_steps() { pause $(($1 * 30 + 1 - $(target_time) % 30)); }

# The target's time in seconds, from the Date of its last answer.
target_time() {
  date=$(sed -n 's/^[Dd][Aa][Tt][Ee]: *//p' "$T/$number.head" | tr ':\r' '  ')
  [ -n "$date" ] || { date +%s; return; }
  # shellcheck disable=SC2086 # its words: Sun, 29 Nov 2026 10 35 22 GMT
  set -- $date
  month=JanFebMarAprMayJunJulAugSepOctNovDec; month=${'$'}{month%%"$3"*}; month=$((${'$'}{#month} / 3 + 1)) year=$4
  [ "$month" -gt 2 ] || { month=$((month + 12)); year=$((year - 1)); }
  day=$((365 * year + year / 4 - year / 100 + year / 400 + (153 * month - 457) / 5 + ${'$'}{2#0} - 719 * 1000 - 469))
  echo $((day * 86400 + ${'$'}{5#0} * 3600 + ${'$'}{6#0} * 60 + ${'$'}{7#0} + $(date +%s) - at))
}

# pause SECONDS: waits by the target's clock.
pause() {
  echo "(waiting $1 s)"
  [ -n "${'$'}{CLOCK_CONTROL:-}" ] || { sleep "$1"; return; }
  curl -sS -o "$T/clock" -H 'Content-Type: application/json' -d "{\"advanceMs\":${'$'}{1}000}" "$CLOCK_CONTROL" ||
    cannot 'the clock could not be moved'
  at=$((at - $1))
}

taken() { text=$(member "$1" "$2"); [ -n "$text" ] || cannot "answer $1 has no $2"; printf %s "$text"; }

in_json() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

# member N NAME: a text member, without its quotes.
member() { value "$1" "$2" | sed -n 's/^"\(.*\)"$/\1/p' | sed 's/\\u0026/\&/g; s/\\\//\//g'; }

# value N NAME: a member as JSON; empty if it is missing.
value() {
  body_of "$1" | sed -n -e "s/.*[{,]\"$2\":\(\"[^\"]*\"\).*/\1/p" -e "s/.*[{,]\"$2\":\(\[[^]]*\]\).*/\1/p" \
    -e "s/.*[{,]\"$2\":\([a-z0-9.-]*\)[],}].*/\1/p"
}

# body_of N: the body without white space.
body_of() { tr -d ' \t\r\n' <"$T/$1.body"; }
`;

const helpers = new Map(
  paragraphs
    .trim()
    .split('\n\n')
    .flatMap((text) => [...text.matchAll(/^(\w+)\(\)/gm)].map(([, name = '']) => [name, text] as const)),
);

export function helpersFor(lines: readonly string[]): string[] {
  const carried = new Set<string>();
  const carry = (text: string): void => {
    const commands = text.replace(/^\s*#.*$/gm, '');
    for (const [name, helper] of helpers) {
      if (carried.has(helper) || !isCalled(name, commands)) continue;
      carried.add(helper);
      carry(helper);
    }
  };
  for (const line of lines) carry(line);
  return [...new Set(helpers.values())].filter((helper) => carried.has(helper));
}

const isCalled = (name: string, commands: string): boolean =>
  new RegExp(`(?:^|[;&|({!]|\\b(?:then|do|else|until|if|while))[ \\t]*${name}(?=[\\s;)]|$)`, 'm').test(
    commands,
  );
