import { defineLab } from '#lab';

const nearMisses = [{ run: 'true', says: 'kept' }];

/** A file in the machine says how each check is to misbehave, so that the lab starts well. */
export default defineLab({
  sandbox: {},
  tasks: {
    loops: {
      nearMisses,
      check: async ({ files, notYet }) => {
        if (!(await files.exists('go'))) notYet('Not kept yet.');
        for (;;);
      },
    },
    hangs: {
      nearMisses,
      timeout: 1_000,
      check: async ({ files, notYet }) => {
        if (!(await files.exists('go'))) notYet('Not kept yet.');
        await new Promise<void>(() => undefined);
      },
    },
    throws: {
      nearMisses,
      check: async ({ files, notYet }) => {
        if (!(await files.exists('go'))) notYet('Not kept yet.');
        throw new TypeError('a secret of the checker');
      },
    },
    keep: { nearMisses, check: 'test -e kept' },
  },
});
