# Starts a private server, says so, and stops it and removes its directory once its standard input ends.
set -e
programs=$1 directory=$2 port=$3 options=$4
as_owner() { if [ "$(id -u)" = 0 ]; then chown -R postgres "$directory"; runuser -u postgres -- "$@"; else "$@"; fi; }
stop() { as_owner "$programs/pg_ctl" -D "$directory/data" -m immediate stop >&2 || true; rm -rf "$directory"; }
as_owner "$programs/initdb" -D "$directory/data" -U tradefloor -A trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >&2
trap stop EXIT
as_owner "$programs/pg_ctl" -w -t 60 -D "$directory/data" -l "$directory/log" start >&2 -o \
    "-p $port -k $directory -h 127.0.0.1 $options"
echo ready
cat >/dev/null
