import { defineHastPlugin } from 'satteri';

/** Characters that fit on the line of a phone beside other words. */
const SHORT = 24;

/** Marks short code in a sentence, which stays in one piece: a browser would break `-p 80:80` after its hyphen. */
export const shortCode = defineHastPlugin({
  name: 'short-code',
  element: {
    filter: ['code'],
    visit(node, context) {
      if (context.textContent(node).length <= SHORT) context.setProperty(node, 'data-short', '');
    },
  },
});
