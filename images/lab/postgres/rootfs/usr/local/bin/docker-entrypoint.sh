#!/bin/bash
# As the official image's: the first start makes a database cluster from POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB (each
# also as …_FILE) and runs what is in /docker-entrypoint-initdb.d; later starts find it there and change nothing.
set -Eeuo pipefail

# setting NAME DEFAULT: sets NAME from NAME, from the file that NAME_FILE names, or to the default.
setting() {
  local name=$1 default=${2-} file=${1}_FILE
  if [ -n "${!name-}" ] && [ -n "${!file-}" ]; then
    echo >&2 "error: both $name and $file are set (but are exclusive)"
    exit 1
  fi
  local value=${!name:-$default}
  [ -z "${!file-}" ] || value=$(<"${!file}")
  export "$name=$value"
  unset "$file"
}

# sql [OPTION…]: psql over the socket of the temporary server.
sql() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --host /var/run/postgresql --username "$POSTGRES_USER" "$@"
}

run_init_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) echo "$0: running $file"; if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) echo "$0: running $file"; sql --dbname "$POSTGRES_DB" --file "$file" ;;
      *.sql.gz) echo "$0: running $file"; gunzip --stdout "$file" | sql --dbname "$POSTGRES_DB" ;;
      *'*') ;;
      *) echo "$0: ignoring $file" ;;
    esac
  done
}

make_cluster() {
  setting POSTGRES_PASSWORD
  setting POSTGRES_USER postgres
  setting POSTGRES_DB "$POSTGRES_USER"
  local auth=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$POSTGRES_PASSWORD" ] && [ "$auth" != trust ]; then
    cat >&2 <<-'MESSAGE'
	Error: Database is uninitialized and superuser password is not specified.
	       You must specify POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE) to a non-empty value for the superuser.
	       For example, "-e POSTGRES_PASSWORD=password" on "docker run".
MESSAGE
    exit 1
  fi
  if [ "$POSTGRES_USER" = postgres ] && [ -z "${POSTGRES_INITDB_ARGS-}" ]; then
    tar -xzf /usr/share/postgresql/17/cluster.tar.gz -C "$PGDATA"
  else
    # A crash of the machine during the first second may cost an empty database, so nothing waits for the disk here.
    initdb --no-sync --username="$POSTGRES_USER" ${POSTGRES_INITDB_ARGS-}
  fi
  printf '\nhost all all all %s\n' "$auth" >> "$PGDATA/pg_hba.conf"
  # Only the socket in this container: the network sees the server when it is complete.
  pg_ctl --silent --wait --options "-c listen_addresses=''" start
  [ -z "$POSTGRES_PASSWORD" ] || sql --dbname postgres --set user="$POSTGRES_USER" --set password="$POSTGRES_PASSWORD" \
    <<< "alter role :\"user\" password :'password';"
  [ "$POSTGRES_DB" = postgres ] || sql --dbname postgres --set db="$POSTGRES_DB" <<< 'create database :"db";'
  run_init_files
  pg_ctl --silent --wait --mode fast stop
  echo
  echo 'PostgreSQL init process complete; ready for start up.'
  echo
}

[ "${1:0:1}" != - ] || set -- postgres "$@"
if [ "$1" = postgres ]; then
  if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
    chmod 0700 "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
  fi
  if [ -s "$PGDATA/PG_VERSION" ]; then
    echo
    echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
    echo
  else
    make_cluster
  fi
  unset POSTGRES_PASSWORD PGPASSWORD
fi
exec "$@"
