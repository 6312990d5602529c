const TIER = [
  '--tier <name>',
  'how sandboxes are kept in: rootless (the default), a runtime that the engine offers, such as sysbox-runc, or privileged',
];
const START_OPTIONS = [
  ['--port <number>', 'the port to listen on; default 7070'],
  ['--host <address>', 'the address to listen on; default 127.0.0.1, so only this machine gets in'],
  [
    '--data <folder>',
    'where state, engine and downloads are kept; default $XDG_DATA_HOME/drydock or ~/.local/share/drydock',
  ],
  ['--yes', 'install what is missing (a container engine) without asking'],
  [
    '--max-sessions <number>',
    'labs at once at most; default what this host has room for (npm run capacity tells), at most 100',
  ],
  ['--pool <number>', 'sandboxes made ahead at most, so that labs start at once; default 3, 0 makes none'],
  ['--reserve-memory <GiB>', 'start nothing new when the host has less left; default a tenth of its memory, 0.5 to 2'],
  ['--reserve-disk <GiB>', 'start nothing new when the host has less left; default a twentieth of its disk, 1 to 10'],
  [
    '--lab-memory <GiB>',
    'what a lab takes on average, to count places by (npm run capacity measures it); default 0.39',
  ],
  ['--lab-cpus <number>', 'the same of processors; default 0.05'],
  ['--lab-disk <GiB>', 'the same of disk; default 0.59'],
  TIER,
  ['--restart', 'take the place of the server that runs on this data folder, at its address; its labs go on'],
];
const DATA = START_OPTIONS[2];
const YES = START_OPTIONS[3];

/** `options` is missing where the script prints its own help. */
export const verbs = {
  start: {
    script: 'start.ts',
    command: 'npm start',
    about: 'runs the site and its sandboxes; installs and builds what is missing first',
    options: START_OPTIONS,
  },
  dev: {
    script: 'dev.ts',
    command: 'npm run dev',
    about: 'for authors: the site as it is written, with labs whose checks follow their files',
    options: [START_OPTIONS[0], DATA, YES],
  },
  doctor: {
    script: 'doctor.ts',
    command: 'npm run doctor',
    about: 'tells whether labs can run here, and what mends what is missing',
    options: [['--json', 'for programs'], TIER, DATA],
  },
  capacity: {
    script: 'capacity.ts',
    command: 'npm run capacity',
    about: 'works through a lesson in a real sandbox, and tells how many learners fit on this host',
    options: [
      ['--learners <number>', 'how many there will be; default 30. Exit code 1 when they do not fit'],
      ['--lesson <name>', 'the lesson to work through, such as images/3; default the one with the most to type'],
      ['--json', 'for programs'],
      DATA,
      YES,
    ],
  },
  images: {
    script: 'images.ts',
    command: 'npm run images',
    about: 'builds the images that sandboxes are made of, those that are missing or changed',
    options: [
      ['kubernetes', 'also the image of cluster nodes, and kind; built once without a registry, which takes long'],
      ['--rebuild', 'build those of sandboxes again, with the newest packages'],
      DATA,
      YES,
    ],
  },
  build: {
    script: 'build.ts',
    command: 'npm run build',
    about: 'builds the site into dist/',
    options: [['--force', 'also when nothing has changed']],
  },
  new: {
    script: 'new.ts',
    command: 'npm run new',
    about: 'makes a lesson that works, for its author to change',
  },
  verify: {
    script: 'verify.ts',
    command: 'npm run verify',
    about: 'solves every lab as a learner would, and sees wrong answers rejected',
  },
  test: { script: 'test.ts', command: 'npm test', about: 'runs the tests' },
  'test:abuse': {
    script: 'abuse.ts',
    command: 'npm run test:abuse',
    about: 'attacks a running server in every known way, and sees each attempt come to nothing',
  },
  'test:room': {
    script: 'room.ts',
    command: 'npm run test:room',
    about: 'starts a lesson for a whole room at once, and shows that nothing leaves the machine',
  },
  bundle: {
    script: 'bundle.ts',
    command: 'npm run bundle',
    about: 'writes all that a room without internet needs into one file, and brings it up elsewhere',
  },
  bench: {
    script: 'bench.ts',
    command: 'npm run bench',
    about: 'measures this checkout on this machine, beside ttyd and beside the engine itself',
  },
  'test:faults': {
    script: 'faults.ts',
    command: 'npm run test:faults',
    about: 'kills the server, restarts the engine, cuts the network, fills the disk; nothing may be lost',
  },
  lint: { script: 'lint.ts', command: 'npm run lint', about: 'checks types, style and what may import what' },
};

export function overview() {
  const rows = Object.values(verbs).map(({ command, about }) => [command, about]);
  return `Drydock: a course about containers, with a sandbox beside every lesson.\n\n${table(rows)}\n\nOptions of one of them: npm start -- --help`;
}

export function helpFor(verb) {
  const { command, about, options } = verbs[verb];
  return `${command}: ${about}\n\n${table(options)}\n\nOptions follow two dashes: ${command} -- ${options[0][0]}`;
}

function table(rows) {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
