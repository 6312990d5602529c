# Makes the API in a pod fail on purpose: sh break.sh POD crash|hang|fail|busy|recover
kubectl exec "$1" -- node -e "
  fetch('http://localhost:3000/debug/$2', { method: 'POST', signal: AbortSignal.timeout(5000) })
    .then(async (answer) => console.log((await answer.text()).trim()))
    .catch(() => console.log('No answer.'));
" || echo 'The connection broke.'
