/** What a lab.ts imports, as `#lab`. */
export { defineLab } from './lab.ts';
export type { Feature, Lab, LabSandbox, LabTask, NearMiss } from './lab.ts';
export type { CheckContext, ExecResult, FileChecks, HttpCheckOptions, HttpCheckResponse } from './check-context.ts';
export type * from './docker-checks.ts';
export type * from './kubernetes-checks.ts';
export type * from './kubernetes-workloads.ts';
export type * from './registry-checks.ts';
export { expect } from './expect.ts';
export type { Expect, Matchers } from './expect.ts';
export { NotYet } from './not-yet.ts';
