import { defineLab } from '#lab';

export default defineLab({
  sandbox: {},
  tasks: {
    volume: {
      check: async ({ docker }) => void (await docker.volume('bench')),
      // Done, lapsed, done again: as many verdicts as are wanted.
      holds: true,
      nearMisses: [{ run: 'docker volume create Bench', says: 'bench' }],
    },
  },
});
