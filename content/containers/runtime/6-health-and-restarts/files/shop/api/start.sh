#!/bin/sh
echo "Starting the API, version $VERSION"
node server.js
