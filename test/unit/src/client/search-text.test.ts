import { expect, test } from 'vitest';
import { excerptParts } from '../../../../src/client/search-text.ts';

test('what matched is told from what surrounds it', () => {
  expect(excerptParts('a <mark>layer</mark> of an image')).toEqual([
    { text: 'a ', matched: false },
    { text: 'layer', matched: true },
    { text: ' of an image', matched: false },
  ]);
});

test('escaped text becomes text again, once', () => {
  expect(excerptParts('FROM &lt;image&gt; &amp;&amp; &amp;lt;')).toEqual([
    { text: 'FROM <image> && &lt;', matched: false },
  ]);
});

test('other markup stays text', () => {
  expect(excerptParts('<img src=x onerror=alert(1)>')).toEqual([
    { text: '<img src=x onerror=alert(1)>', matched: false },
  ]);
});
