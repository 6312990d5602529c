import { expect, test } from 'vitest';
import { MarkReader } from '../../../sandbox-server/verify/mark-reader.ts';

const SESSION = '\x1b]133;C\x07out\x1b]7770;2\x07more\x1b]133;D;1\x07\x1b]7770;1\x07\x1b]133;A\x07$ \x1b]133;B\x07';

test.each([1, 2, 7, 1000])(
  'a command’s code, the failures in it and the prompt are read from chunks of %i bytes',
  (size) => {
    const marks = new MarkReader();
    for (let at = 0; at < SESSION.length; at += size) marks.read(Buffer.from(SESSION.slice(at, at + size)));
    expect(marks).toMatchObject({ ended: 1, failed: [2], atPrompt: true });
    marks.reset();
    marks.read(Buffer.from('text'));
    expect(marks).toMatchObject({ ended: undefined, failed: [], atPrompt: false });
  },
);
