import { expect, test } from 'vitest';
import { appArmorOptions, chooseAppArmor } from '../../../../sandbox-server/backend/docker/apparmor.ts';

const WITH = ['name=apparmor', 'name=seccomp,profile=default'];
const NOT_LOADED =
  'OCI runtime create failed: unable to apply apparmor profile: apparmor failed to apply profile: write /proc/self/attr/apparmor/exec: no such file or directory: unknown';

function starting(outcome?: Error) {
  const tried: string[][] = [];
  const start = (options: string[]) => {
    tried.push(options);
    return outcome === undefined ? Promise.resolve() : Promise.reject(outcome);
  };
  return { tried, start };
}

test('where the host has no AppArmor, nothing is tried and no profile is named', async () => {
  const { tried, start } = starting();
  expect(appArmorOptions(await chooseAppArmor(['name=seccomp,profile=default'], start))).toEqual([]);
  expect(tried).toEqual([]);
});

test('where a container starts with the profile, engines do', async () => {
  const { tried, start } = starting();
  expect(appArmorOptions(await chooseAppArmor(WITH, start))).toEqual(['apparmor=drydock-engine']);
  expect(tried).toEqual([['apparmor=drydock-engine']]);
});

test('where the profile is not loaded, engines are unconfined: the default one would forbid them to mount', async () => {
  const { start } = starting(new Error(NOT_LOADED));
  expect(appArmorOptions(await chooseAppArmor(WITH, start))).toEqual(['apparmor=unconfined']);
});

test('another failure says nothing about the profile, and is told', async () => {
  const { start } = starting(new Error('connect ECONNREFUSED'));
  await expect(chooseAppArmor(WITH, start)).rejects.toThrow('ECONNREFUSED');
});
