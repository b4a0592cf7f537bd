#!/usr/bin/env bash
# A database and a role for each service that keeps its data here: the role owns what it uses, and gets nowhere else.
# Run again it sets the passwords of the environment, and changes nothing else.
set -euo pipefail

psql() { command psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "$@"; }

# The password comes through the environment: an argument could be seen by others.
role() {
  ROLE_PASSWORD=$2 psql --dbname=postgres --set=role="$1" <<'SQL'
\getenv password ROLE_PASSWORD
select not exists (select from pg_roles where rolname = :'role') as is_new \gset
\if :is_new
create role :"role";
\endif
alter role :"role" login nosuperuser nocreatedb nocreaterole noreplication noinherit password :'password';
SQL
}

database() {
  psql --dbname=postgres --set=database="$1" --set=role="$2" <<'SQL'
select not exists (select from pg_database where datname = :'database') as is_new \gset
\if :is_new
create database :"database" owner :"role";
\endif
revoke all on database :"database" from public;
SQL
}

role identity "$IDENTITY_DB_PASSWORD"
role inventory "$INVENTORY_DB_PASSWORD"
role discount "$DISCOUNT_DB_PASSWORD"
role order "$ORDER_DB_PASSWORD"

database identity identity
database inventory inventory
database discount discount
database order order
database events order

# Nobody but the administrator has anything to do in these.
psql --dbname=postgres --command='revoke all on database postgres, template1 from public'
