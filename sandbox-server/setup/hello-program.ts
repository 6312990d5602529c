/** Where the program is loaded; any page will do. */
const LOAD_ADDRESS = 0x400000n;
const ELF_HEADER = 64;
const PROGRAM_HEADER = 56;

const MACHINES = {
  // mov eax,1 (write); mov edi,1; lea rsi,[rip+21]; mov edx,LENGTH; syscall; mov eax,60 (exit); xor edi,edi; syscall
  x64: {
    id: 62,
    code: (length: number) => [
      0xb8,
      1,
      0,
      0,
      0,
      0xbf,
      1,
      0,
      0,
      0,
      0x48,
      0x8d,
      0x35,
      16,
      0,
      0,
      0,
      0xba,
      ...le32(length),
      0x0f,
      0x05,
      0xb8,
      60,
      0,
      0,
      0,
      0x31,
      0xff,
      0x0f,
      0x05,
    ],
  },
  // mov x0,1; adr x1,.+28; movz x2,LENGTH; mov x8,64 (write); svc 0; mov x0,0; mov x8,93 (exit); svc 0
  arm64: {
    id: 183,
    code: (length: number) =>
      [
        0xd2800020,
        0x100000e1,
        0xd2800002 | (length << 5),
        0xd2800808,
        0xd4000001,
        0xd2800000,
        0xd2800ba8,
        0xd4000001,
      ].flatMap(le32),
  },
};

/**
 * A Linux program that prints a text and exits, as an ELF file of a few hundred bytes: what the smallest image is made
 * of. Made here, since a compiler would take longer to install than all the rest.
 */
export function helloProgram(text: string, arch: string): Buffer {
  const machine = arch === 'x64' || arch === 'arm64' ? MACHINES[arch] : undefined;
  if (machine === undefined) throw new Error(`hello-world can be built for x64 and arm64 only, not for ${arch}`);
  const message = Buffer.from(text);
  if (message.length > 0xffff) throw new Error('hello-world: the text is longer than 64 KiB');
  const code = Buffer.from(machine.code(message.length));
  const size = BigInt(ELF_HEADER + PROGRAM_HEADER + code.length + message.length);

  const elf = Buffer.alloc(ELF_HEADER);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  elf.writeUInt16LE(2, 16); // executable
  elf.writeUInt16LE(machine.id, 18);
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(LOAD_ADDRESS + BigInt(ELF_HEADER + PROGRAM_HEADER), 24); // entry
  elf.writeBigUInt64LE(BigInt(ELF_HEADER), 32); // where the program headers are
  elf.writeUInt16LE(ELF_HEADER, 52);
  elf.writeUInt16LE(PROGRAM_HEADER, 54);
  elf.writeUInt16LE(1, 56);

  const segment = Buffer.alloc(PROGRAM_HEADER);
  segment.writeUInt32LE(1, 0); // load
  segment.writeUInt32LE(5, 4); // read, execute
  segment.writeBigUInt64LE(LOAD_ADDRESS, 16);
  segment.writeBigUInt64LE(LOAD_ADDRESS, 24);
  segment.writeBigUInt64LE(size, 32);
  segment.writeBigUInt64LE(size, 40);
  segment.writeBigUInt64LE(0x10000n, 48); // alignment
  return Buffer.concat([elf, segment, code, message]);
}

function le32(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff];
}
