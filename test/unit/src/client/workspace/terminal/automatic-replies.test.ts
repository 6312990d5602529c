import { expect, test } from 'vitest';
import { isAutomaticReply } from '../../../../../../src/client/workspace/terminal/automatic-replies.ts';

test.each([
  ['DA1', '\x1b[?1;2c'],
  ['DA2', '\x1b[>0;276;0c'],
  ['DSR', '\x1b[0n'],
  ['CPR', '\x1b[24;80R'],
  ['DECXCPR', '\x1b[?24;80R'],
  ['DECRQM', '\x1b[?2004;1$y'],
  ['DECRQSS', '\x1bP1$r0m\x1b\\'],
  ['DECRQSS, refused', '\x1bP0$r\x1b\\'],
  ['foreground', '\x1b]10;rgb:d7d7/e0e0/eaea\x1b\\'],
  ['background', '\x1b]11;rgb:0f0f/1717/2020\x1b\\'],
  ['palette', '\x1b]4;1;rgb:ffff/8f8f/8585\x1b\\'],
  ['window size', '\x1b[8;24;80t'],
  ['focus', '\x1b[I'],
])('%s is an automatic reply', (_name, data) => {
  expect(isAutomaticReply(data)).toBe(true);
});

test.each([
  ['a letter', 'c'],
  ['text that ends in c', 'exec'],
  ['Enter', '\r'],
  ['Escape', '\x1b'],
  ['arrow', '\x1b[A'],
  ['arrow of application mode', '\x1bOA'],
  ['Ctrl+arrow', '\x1b[1;5C'],
  ['Delete', '\x1b[3~'],
  ['F5', '\x1b[15~'],
  ['a mouse report', '\x1b[<0;10;5M'],
  ['a paste', '\x1b[200~ls\x1b[201~'],
])('%s is not', (_name, data) => {
  expect(isAutomaticReply(data)).toBe(false);
});
