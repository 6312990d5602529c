// For HEALTHCHECK: the image has no curl, but it has Node. Ends with 0 when /healthz says so, with 1 when not.
try {
  const { ok } = await fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/healthz`);
  process.exit(ok ? 0 : 1);
} catch {
  process.exit(1);
}
