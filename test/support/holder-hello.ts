/** What a PTY holder says first: see images/shell/pty/drydock-pty.c. */
export function holderHello(epoch = '0123456789abcdef', from = 0, newest = from): Buffer {
  const hello = Buffer.alloc(40);
  hello.write(`DRYPTY1\n${epoch}`, 'latin1');
  hello.writeBigUInt64BE(BigInt(from), 24);
  hello.writeBigUInt64BE(BigInt(newest), 32);
  return hello;
}
