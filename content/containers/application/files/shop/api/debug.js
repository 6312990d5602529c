/** Ways to fail on purpose. A real API must not have them; the web server does not pass them on. */
export function debug(state) {
  return {
    // Says that it is ill, and goes on serving.
    'POST /debug/fail': () => {
      state.healthy = false;
      return [200, 'From now on /healthz fails.'];
    },
    // Can't serve for a while, as when a cache has to fill first, and is well otherwise.
    'POST /debug/busy': () => {
      state.busy = true;
      return [200, 'From now on /readyz fails.'];
    },
    'POST /debug/recover': () => {
      state.healthy = true;
      state.busy = false;
      return [200, 'From now on /healthz and /readyz are fine.'];
    },
    // Ends as a program with a bug does.
    'POST /debug/crash': () => {
      setImmediate(() => {
        console.error('The API crashes');
        process.exit(1);
      });
      return [200, 'Crashing.'];
    },
    // Is there, and never answers again: no request, no signal.
    'POST /debug/hang': () => {
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
      return [200, 'Hanging.'];
    },
  };
}
