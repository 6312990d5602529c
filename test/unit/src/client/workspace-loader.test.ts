import { describe, expect, test } from 'vitest';
import { onCourseEvent, sendCourseEvent } from '../../../../src/client/course-events.ts';
import { WorkspaceLoader } from '../../../../src/client/workspace-loader.ts';

/** A page is an event target to the loader. */
const newPage = () => new EventTarget() as Document;
const settled = () => new Promise((resolve) => setTimeout(resolve));

function workspaceOn(page: EventTarget) {
  const heard: unknown[] = [];
  return {
    heard,
    mount: () => {
      onCourseEvent(page, 'drydock:start', () => heard.push('start'));
      onCourseEvent(page, 'drydock:run', (detail) => heard.push(detail));
    },
  };
}

describe('the workspace’s code', () => {
  test('is fetched on the first wish, once, and hears every wish in order', async () => {
    const page = newPage();
    const { heard, mount } = workspaceOn(page);
    let loads = 0;
    const load = async () => {
      loads += 1;
      await settled();
      mount();
    };
    new WorkspaceLoader(page, load, () => undefined);
    sendCourseEvent(page, 'drydock:start', undefined);
    sendCourseEvent(page, 'drydock:run', { code: 'ls', machine: undefined });
    await settled();
    await settled();
    expect(loads).toBe(1);
    expect(heard).toEqual(['start', { code: 'ls', machine: undefined }]);
  });

  test('hears each later wish once', async () => {
    const page = newPage();
    const { heard, mount } = workspaceOn(page);
    const loader = new WorkspaceLoader(
      page,
      () => Promise.resolve(mount()),
      () => undefined,
    );
    await loader.load();
    sendCourseEvent(page, 'drydock:start', undefined);
    expect(heard).toEqual(['start']);
  });

  test('is fetched again after it could not be fetched', async () => {
    const page = newPage();
    const { heard, mount } = workspaceOn(page);
    let online = false;
    const failures: unknown[] = [];
    const load = () => (online ? Promise.resolve(mount()) : Promise.reject(new Error('offline')));
    new WorkspaceLoader(page, load, (error) => failures.push(error));
    sendCourseEvent(page, 'drydock:start', undefined);
    await settled();
    expect(failures).toHaveLength(1);
    online = true;
    sendCourseEvent(page, 'drydock:start', undefined);
    await settled();
    expect(heard).toEqual(['start']);
  });

  test('is not fetched any more once others answer the page’s wishes', async () => {
    const page = newPage();
    let loads = 0;
    const loader = new WorkspaceLoader(
      page,
      () => {
        loads += 1;
        return Promise.resolve();
      },
      () => undefined,
    );
    loader.close();
    sendCourseEvent(page, 'drydock:start', undefined);
    await settled();
    expect(loads).toBe(0);
  });
});
