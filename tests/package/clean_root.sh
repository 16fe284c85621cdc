#!/usr/bin/env bash
# Goal: the Debian package of this build installs on a Debian 12 that has nothing, runs there as its own user by the very command of its unit,
# keeps an operator's settings, and leaves the ledger when it goes. Method: a fresh root folder from Debian's mirror, and chroot.
#   clean_root.sh BUILD_FOLDER WORK_FOLDER
# Exit code 77: no fresh root can be had here (root, mmdebstrap and a mirror are needed).
set -euo pipefail
build=$1
work=$(realpath -m "$2")
absent() { echo "SKIPPED: $*"; exit 77; }
[[ $(id -u) == 0 ]] || absent "only root can make a fresh root folder"
command -v mmdebstrap >/dev/null || absent "no mmdebstrap here (Debian: apt-get install mmdebstrap)"
! mountpoint -q "$work/root/proc" || umount -l "$work/root/proc"
rm -rf --one-file-system "$work"
mkdir -p "$work"
server=""
served() {  # process ids of docket in the fresh root
  local id
  for id in $(pgrep -x docket); do [[ $(readlink "/proc/$id/root") != "$work/root" ]] || echo "$id"; done
}
end() {
  served | xargs -r kill -9
  ! mountpoint -q "$work/root/proc" || umount -l "$work/root/proc"
  rm -rf --one-file-system "$work"
}
trap end EXIT

(cd "$work" && cpack --config "$build/CPackConfig.cmake" -B "$work" >cpack.log 2>&1) || { cat "$work/cpack.log"; exit 1; }
deb=$(echo "$work"/docket_*.deb)
dpkg-deb --info "$deb" | sed 's/^/  /'

root=$work/root
mmdebstrap --quiet --variant=apt --mode=root bookworm "$root" >"$work/root.log" 2>&1 || absent "no fresh Debian can be had here: $(tail -n 1 "$work/root.log")"
mount -t proc proc "$root/proc" || absent "/proc can't be mounted in a fresh root here"
cp "$deb" "$root/docket.deb"
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
as_docket() { inside runuser -u docket -- "$@"; }
expect() {  # what is-there wanted
  [[ $2 == *"$3"* ]] || { printf 'FAILED: %s\n  got:    %s\n  wanted: %s\n' "$1" "$2" "$3"; exit 1; }
  echo "ok: $1"
}
inside apt-get -q update >"$work/apt.log" 2>&1 || absent "no mirror answers: $(tail -n 1 "$work/apt.log")"
inside apt-get -q -y --no-install-recommends install /docket.deb >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; exit 1; }
expect "it says what to do next" "$(cat "$work/apt.log")" "runuser -u docket -- docket ledger create --data /var/lib/docket --office example"
expect "the program runs" "$(inside docket version)" "docket 0."
expect "the definitions are there" "$(inside docket kind check --office example --schemas /usr/share/docket/schemas)" "hotline-ticket"
expect "a data folder that nobody else reads" "$(stat -c %a:%U "$root/var/lib/docket" | sed "s/$(inside id -u docket)/docket/")" "700:"
as_docket docket ledger create --data /var/lib/docket --office example

# As the unit starts it, and told by it that it is ready.
eval "$(sed -n 's/^Environment=//p' "$root/lib/systemd/system/docket.service" | tr ' ' '\n')"
command=$(sed -n 's/^ExecStart=//p' "$root/lib/systemd/system/docket.service")
expect "the unit's command" "$command" "/usr/bin/docket serve"
command=${command//'${DOCKET_DATA}'/$DOCKET_DATA}
command=${command//'${DOCKET_LISTEN}'/127.0.0.1:0}
command=${command//'$DOCKET_OPTIONS'/}
# shellcheck disable=SC2086
as_docket $command >"$work/out" 2>"$work/err" &
server=$!
for ((i = 0; i < 600; i++)); do
  grep -q "docket is ready" "$work/out" && break
  kill -0 "$server" 2>/dev/null || { cat "$work/out" "$work/err"; exit 1; }
  sleep 0.1
done
address=$(sed -n 's:.*\(http\://[0-9.]*\:[0-9]*\).*:\1:p' "$work/out")
expect "it is ready" "$(cat "$work/out")" "docket is ready on http://127.0.0.1:"
inside docket city make --seed 1 --cases 20 >"$root/city.ndjson"
inside docket event import --server "${address#http://}" --format ndjson /city.ndjson >"$work/import" 2>&1 || [[ $? == 7 ]] || { cat "$work/import"; exit 1; }
expect "events are taken" "$(cat "$work/import")" "accepted"
before=$(inside docket case list --server "${address#http://}" --kind hotline-ticket)
served | xargs kill -TERM
wait "$server" || { echo "FAILED: it ended with $?"; cat "$work/err"; exit 1; }

# Again, over settings that an operator has changed; and away.
sed -i 's/^DOCKET_OPTIONS=.*/DOCKET_OPTIONS=--access-log/' "$root/etc/default/docket"
inside apt-get -q -y --reinstall install /docket.deb >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; exit 1; }
expect "an operator's settings stay" "$(cat "$root/etc/default/docket")" "DOCKET_OPTIONS=--access-log"
expect "the ledger is whole" "$(as_docket docket ledger verify --data /var/lib/docket)" "partitions"
inside apt-get -q -y purge docket >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; exit 1; }
expect "it says that the ledger stays" "$(cat "$work/apt.log")" "/var/lib/docket stays"
[[ -d $root/var/lib/docket/ledger && ! -e $root/usr/bin/docket && ! -e $root/etc/default/docket ]] || { echo "FAILED: what a purge leaves"; exit 1; }
echo "ok: a purge leaves the ledger alone"
[[ -n $before ]]
