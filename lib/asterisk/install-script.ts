import { WRITTEN } from './asterisk-node.ts';

/** A file to install, and where it is included instead of used by itself. */
export interface Installed {
  file: string;
  into?: string;
}

/** The name of the script beside the files. */
export const INSTALL_SCRIPT = 'install.sh';

/**
 * A script that puts the files of its folder into Asterisk's. It refuses where a file there would be replaced that is
 * somebody's own, keeps what it changes, and undoes it. For `sh` of any system, without Node.
 */
export function installScript(files: readonly Installed[]): string {
  const pairs = files.map(({ file, into }) => `${file}:${into ?? ''}`).join(' ');
  return String.raw`#!/bin/sh
# Puts the files of this folder into Asterisk's folder, and lets Asterisk load them. ${WRITTEN}
#
#   sh install.sh           installs; changes nothing where a file of your own would be replaced
#   sh install.sh --check   looks for sections that are there twice, with which the next restart would have no ARI
#   sh install.sh --undo    puts back what was there before the first run
#
# ASTERISK_CONF is Asterisk's folder; by default /etc/asterisk.
set -eu

conf=${'${'}ASTERISK_CONF:-/etc/asterisk}
here=$(cd "$(dirname "$0")" && pwd)
before=$conf/before-ari-eventbridge
pairs="${pairs}"

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

load() {
  for what in "module reload http" "module reload res_ari.so" "dialplan reload"; do
    asterisk -rx "$what" || fail "Asterisk did not answer to: $what"
  done
}

# Asterisk says nothing of a user that it has not accepted, except in its log.
accepted() {
  listed=$(asterisk -rx 'ari show users') || fail "Asterisk did not answer to: ari show users"
  for pair in $pairs; do
    file=${'${'}pair%%:*}
    case "$file" in ari.conf | ari-eventbridge-users.conf) ;; *) continue ;; esac
    for user in $(sed -n 's/^\[\([^]]*\)\]$/\1/p' "$conf/$file"); do
      [ "$user" != general ] || continue
      echo "$listed" | awk -v user="$user" '$NF == user { found = 1 } END { exit !found }' ||
        fail "Asterisk has not accepted the user $user of $file: asterisk -rx 'ari show users' does not list it, and its log says why. Before 20.19, 22.9 and 23.3 Asterisk knows neither permit nor deny: there, write the files with \"permit\": [] for both users in cdk.json, and keep others out by the firewall. Back: sh $0 --undo"
    done
  done
}

# A file that the package of the system brought, and that nobody has changed.
is_packaged() {
  command -v dpkg-query >/dev/null || return 1
  shipped=$(dpkg-query --show --showformat='${'${'}Conffiles}\n' 2>/dev/null | awk -v path="$1" '$1 == path { print $2 }')
  [ -n "$shipped" ] && [ "$(md5sum <"$1" | cut -d ' ' -f 1)" = "$shipped" ]
}

is_own() {
  [ -s "$1" ] && ! head -n 1 "$1" | grep -qF '${WRITTEN}' && ! is_packaged "$1"
}

# The sections that a file and what it includes have more than once, without those that are meant to be added: [x](+).
twice() {
  (cd "$conf" && awk '
    function look(file,   line, found, name) {
      while ((getline line < file) > 0) {
        if (line ~ /^[ \t]*#(try)?include[ \t]/) {
          sub(/^[ \t]*#(try)?include[ \t]+/, "", line)
          gsub(/["<>\r]/, "", line)
          sub(/[ \t;].*$/, "", line)
          found = "ls -d " line " 2>/dev/null"
          while ((found | getline name) > 0) look(name)
          close(found)
        } else if (line ~ /^\[[^]]*\]/ && line !~ /^\[[^]]*\]\(.*\+/) {
          sub(/\].*$/, "", line)
          if (count[line "]"]++ == 1) print line "]"
        }
      }
      close(file)
    }
    BEGIN { look(ARGV[1]) }' "$1")
}

check() {
  for file in http.conf ari.conf; do
    [ -e "$conf/$file" ] || continue
    found=$(twice "$file")
    [ -z "$found" ] || fail "$file has twice: $found. Asterisk says nothing at a reload, and after the next restart it has no ARI. Put the lines of both into one section"
  done
}

# Once: what is there before the first run.
keep() {
  [ -e "$before/$1" ] || [ -e "$before/$1.absent" ] && return
  mkdir -p "$before"
  chmod 750 "$before"
  if [ -e "$conf/$1" ]; then cp -p "$conf/$1" "$before/$1"; else : >"$before/$1.absent"; fi
}

put() {
  group=$(id -gn asterisk 2>/dev/null) && install -o asterisk -g "$group" -m 640 "$here/$1" "$conf/$1" || install -m 640 "$here/$1" "$conf/$1"
}

case "${'${'}1:-}" in
--check)
  check
  ;;
--undo)
  [ -d "$before" ] || fail "there is nothing to undo in $before"
  for pair in $pairs; do
    for file in "${'${'}pair%%:*}" "${'${'}pair#*:}"; do
      [ -n "$file" ] || continue
      if [ -e "$before/$file" ]; then cp -p "$before/$file" "$conf/$file"; else rm -f "$conf/$file"; fi
    done
  done
  rm -r "$before"
  load
  ;;
'')
  own=
  for pair in $pairs; do
    if is_own "$conf/${'${'}pair%%:*}"; then own="$own ${'${'}pair%%:*}"; fi
  done
  [ -z "$own" ] || fail "nothing was changed: in $conf there are files of your own, which would be replaced:$own. Include the settings instead: asterisk-config --layout merge, or --layout freepbx"
  for pair in $pairs; do
    file=${'${'}pair%%:*}
    into=${'${'}pair#*:}
    keep "$file"
    put "$file"
    [ -n "$into" ] || continue
    keep "$into"
    grep -qxF "#include $file" "$conf/$into" 2>/dev/null || printf '\n#include %s\n' "$file" >>"$conf/$into"
  done
  check
  load
  accepted
  echo "installed; back: sh $0 --undo"
  ;;
*)
  fail "expected nothing, --check or --undo, got $1"
  ;;
esac
`;
}
