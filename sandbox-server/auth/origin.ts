/** May a page of this origin talk to the server that was addressed as `host`? Same scheme-less host and port only. */
export function sameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.host === host.toLowerCase();
}

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * A server that is bound to loopback answers to loopback names only: otherwise any web page could reach it through a
 * name of its own that leads to 127.0.0.1 (DNS rebinding).
 */
export function allowedHost(host: string | undefined, boundTo: string): boolean {
  if (host === undefined) return false;
  const loopbackOnly = boundTo === 'localhost' || boundTo === '::1' || boundTo.startsWith('127.');
  return !loopbackOnly || LOOPBACK.test(host);
}
