#!/bin/sh
# Writes /etc/nginx/templates/NAME.template, with environment variables filled in, to /etc/nginx/conf.d/NAME.
set -eu
folder=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
[ -d "$folder" ] || exit 0
defined=$(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/${\1} /p' | tr -d '\n')
for template in "$folder"/*.template; do
  [ -e "$template" ] || continue
  envsubst "$defined" < "$template" > "/etc/nginx/conf.d/$(basename "$template" .template)"
done
