import type { CheckContext } from './check-context.ts';
import type { ClusterKind } from './clusters.ts';

/** The lab of a lesson: the machines it needs and the tasks to grade. `lab.ts` beside `lesson.mdx` exports it as default. */
export interface Lab {
  sandbox: LabSandbox;
  /** By task id; the same ids as the `<Task id="…">` of the page, all of them. */
  tasks: Record<string, LabTask>;
}

export interface LabSandbox {
  /** Names of the machines. Default `['host']`. */
  machines?: readonly string[];
  /** Images that the lesson pulls, by the name a learner types. Each must be in the course mirror. Default none. */
  images?: readonly string[];
  /**
   * Folders whose content is put into the learner's home on every machine, relative to lab.ts; with several, a later one
   * adds to and replaces what an earlier one brought: `['../../files', './files']`. Default none.
   */
  files?: string | readonly string[];
  /** Shell lines run as the learner on the first machine before the first prompt. Default none. */
  setup?: readonly string[];
  /**
   * A registry of the lab's own at `registry.shop.test`, with TLS and a login: user `learner`, the password lies in
   * `~/registry/password` on every machine. Checks see it as `registry`. Default false.
   */
  privateRegistry?: boolean;
  /**
   * A Kubernetes cluster, with `kubectl` for it on every machine. `shared`: a namespace of the lab's own in the server's cluster, the
   * namespace that `kubectl` works in unless told otherwise. `dedicated`: a whole cluster with such a namespace, whose nodes the
   * learner may cordon, drain, and switch off (`power off NODE`); it takes half a minute to make where none is ready. Default none.
   */
  cluster?: ClusterKind;
  /** Of a dedicated cluster: 1 to 3, the control plane among them. Default 1. */
  nodes?: number;
  /** Kernel or tier features without which the lesson cannot work. Default none. */
  needs?: readonly Feature[];
}

export type Feature = 'cgroups' | 'swarm-ingress' | 'egress';

export interface LabTask {
  /**
   * Looks at the sandbox. Returns when the task is done; throws (through `expect`, a helper, or `notYet`) what is
   * still wrong. Any other error means that the check itself is broken.
   * A string is a shell line run as the learner: exit 0 passes, otherwise what it printed last is what the learner reads.
   */
  check: ((context: CheckContext) => Promise<void> | void) | string;
  /** The task asks for a typed answer; the check reads `context.answer`. */
  answer?: {
    /** The field's label: `Size in MB`. */
    label: string;
    placeholder?: string;
    /** The right answer, worked out from the sandbox; `npm run verify` types it. */
    solve: (context: CheckContext) => Promise<string> | string;
  };
  /** True: goes back to "was done, now broken" when it stops being true. Default false. */
  holds?: boolean;
  /** Milliseconds until a check counts as broken. Default 10,000. */
  timeout?: number;
  /** Wrong attempts that must be turned down, each for the stated reason. At least two. */
  nearMisses: readonly NearMiss[];
}

/** A mistake people make. Tried by `npm run verify` in a sandbox of its own, where the page was followed up to this task. */
export interface NearMiss {
  /** Typed into the terminal. */
  run?: string;
  /** Typed as the answer; a function works it out from the sandbox, as a learner who looks at the wrong place would. */
  answer?: string | ((context: CheckContext) => Promise<string> | string);
  /** What the verdict's message, expected or observed must contain, so that the learner is told the right thing. */
  says: string | RegExp;
}

export function defineLab(lab: Lab): Lab {
  return lab;
}
