# Sourced by the image at every start, before clients can connect. Creates a database and its owner for each context, and sets the
# current password of the secret.
for context in app pay customer; do
    password=${context^^}_PASSWORD
    # not as an argument, which others could list
    PASSWORD=${!password} psql --quiet --set ON_ERROR_STOP=1 --set context="$context" <<'SQL'
\getenv password PASSWORD
SELECT format('CREATE ROLE %I LOGIN', :'context') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'context') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'context', :'context') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'context') \gexec
ALTER ROLE :"context" PASSWORD :'password';
REVOKE CONNECT, TEMPORARY ON DATABASE :"context" FROM PUBLIC;
SQL
    unset "$password"
done
