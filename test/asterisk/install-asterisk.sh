#!/usr/bin/env bash
# Gets a real Asterisk, sipp, nginx, HAProxy and nftables onto a Debian machine, as root: Asterisk 22 lives in Debian's `sid`
# suite only, so it goes into a chroot of its own; the others come from the machine's own release.
#
#   install-asterisk.sh DIR COPY...     leaves the chroot in DIR, to copy, and in each COPY, to run; does nothing where it
#                                       is there already
#
# The Debian mirror is the one that this machine's own apt sources name.
set -euo pipefail

root=${1:?usage: install-asterisk.sh DIR COPY...}
shift
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

say() { printf 'install-asterisk: %s\n' "$*" >&2; }

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  say "needs root on a Debian machine. Elsewhere run any Asterisk >= 20 and name it in ASTERISK_URL."
  exit 1
fi

need=()
command -v debootstrap >/dev/null || need+=(debootstrap)
command -v sipp >/dev/null || need+=(sip-tester)
command -v nginx >/dev/null || need+=(nginx) # what stands between Asterisk and the doctor: proxies, a firewall
command -v haproxy >/dev/null || need+=(haproxy)
command -v nft >/dev/null || need+=(nftables)
if [ ${#need[@]} -gt 0 ]; then "$(dirname "$0")/../support/install-packages.sh" "${need[@]}"; fi

# Suites that begin at the same time take turns. One that was interrupted leaves nothing that looks done.
mkdir -p "$(dirname "$root")"
exec 9>"$root.lock"
flock 9
building="$root.building"
bootstrap() {
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
  if [ -z "$mirror" ]; then
    say "found no Debian mirror among this machine's apt sources (apt-get indextargets)."
    exit 1
  fi
  mkdir -p "$building"
  say "bootstrapping Debian sid (about 45 s)"
  debootstrap --variant=minbase sid "$building" "$mirror" >"$building.log" 2>&1 ||
    { tail -n 20 "$building.log" >&2; exit 1; }
  chroot "$building" apt-get install -qq --no-install-recommends asterisk asterisk-core-sounds-en-wav \
    >>"$building.log" 2>&1 || { tail -n 20 "$building.log" >&2; exit 1; }
  rm -rf "$building"/var/cache/apt/* "$building"/var/lib/apt/lists/* # of no use to copies
}

if [ ! -e "$root/.complete" ]; then
  rm -rf --one-file-system "$building" "$root"
  bootstrap
  touch "$building/.complete"
  mv "$building" "$root"
  say "$(chroot "$root" asterisk -V) is in $root"
fi

for copy; do
  [ "$copy/.complete" -nt "$root/.complete" ] && continue
  umount "$copy/proc" 2>/dev/null || true # an earlier copy, that Asterisk ran in
  rm -rf --one-file-system "$copy"
  # Of files that no test changes, the copy has the same ones.
  cp --archive --one-file-system --link "$root" "$copy"
  for changed in etc run var; do
    rm -rf "${copy:?}/$changed"
    cp --archive "$root/$changed" "$copy/$changed"
  done
  rm "$copy/.complete"
  touch "$copy/.complete"
done
