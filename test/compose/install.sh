#!/usr/bin/env bash
# Fetches Debian's docker-compose for the slow tests, with the Python packages that it imports, and prints a program that
# runs it. `docker-compose config` needs no Docker.
set -euo pipefail

imported=(
  attr cached-property certifi chardet charset-normalizer distro distutils docker dockerpty docopt dotenv idna
  jsonschema pkg-resources pyrsistent requests six texttable urllib3 websocket yaml
)
[[ -x /usr/bin/python3 ]] || { echo 'docker-compose: expected /usr/bin/python3 (apt-get install python3), got none' >&2; exit 1; }
root=$("$(dirname "${BASH_SOURCE[0]}")/../debian/fetch.sh" docker-compose usr/bin/docker-compose \
  docker-compose "${imported[@]/#/python3-}")
cat > "$root/docker-compose.$$" <<SCRIPT
#!/bin/sh
PYTHONPATH='$root/usr/lib/python3/dist-packages' exec /usr/bin/python3 '$root/usr/bin/docker-compose' "\$@"
SCRIPT
chmod +x "$root/docker-compose.$$"
mv "$root/docker-compose.$$" "$root/docker-compose"
printf '%s\n' "$root/docker-compose"
