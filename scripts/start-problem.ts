/** Why the server did not start, for whoever typed `command`. */
export function startProblem(error: unknown, port: number, command: string): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Choose another one: ${command} -- --port ${port + 1}`;
  }
  if (!(error instanceof Error)) return String(error);
  return 'fix' in error ? `${error.message} ${String(error.fix)}` : error.message;
}
