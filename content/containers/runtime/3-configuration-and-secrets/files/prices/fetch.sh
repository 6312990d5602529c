# Stands in for a download that needs a token: curl -H "Authorization: Bearer $1" https://supplier.example/prices
if [ ${#1} -ne 36 ]; then
  echo "The supplier refuses: this is no token." >&2
  exit 1
fi
printf 'Rope 11.20\nLantern 29.00\nSea chart 16.40\n' > /prices.txt
