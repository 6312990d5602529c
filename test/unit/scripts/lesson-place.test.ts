import { expect, test } from 'vitest';
import { findLessons, findModules } from '../../../sandbox-server/lab/lesson-folders.ts';
import { lessonPlace } from '../../../scripts/new/lesson-place.ts';
import { contentFolder, lessonPage } from '../lab/content-folder.ts';

const FILES = {
  'containers/images/2-layers/lesson.mdx': lessonPage(),
  'containers/images/10-bases/lesson.mdx': lessonPage(),
  'containers/kubernetes/module.yaml': 'title: Kubernetes\nsummary: Many machines\norder: 4',
  'linux/course.yaml': 'title: Linux\nsummary: All of it',
  'linux/images/module.yaml': 'title: Images\nsummary: Other ones\norder: 1',
};

async function placeOf(word: string) {
  await using content = await contentFolder(FILES);
  const ignore = () => undefined;
  const [modules, lessons] = await Promise.all([findModules(content.path, ignore), findLessons(content.path, ignore)]);
  const { folder, ...place } = lessonPlace(word, modules, lessons);
  return { ...place, folder: folder.slice(content.path.length + 1) };
}

test('a lesson gets the next number of its module, the first one in an empty module', async () => {
  expect(await placeOf('containers/images/small-bases')).toEqual({
    course: 'containers',
    module: 'images',
    slug: 'small-bases',
    order: 11,
    folder: 'containers/images/11-small-bases',
  });
  expect(await placeOf('kubernetes/pods/')).toMatchObject({ folder: 'containers/kubernetes/1-pods' });
});

test.each([
  ['pods', 'does not say where. Write <module>/<name>'],
  ['a/b/c/d', 'does not say where'],
  ['kubernets/pods', 'There is no module “kubernets”. Did you mean "kubernetes"?\nThere are: containers/images,'],
  ['linux/kubernetes/pods', 'There is no module “linux/kubernetes”.'],
  ['images/pods', 'There are the modules containers/images and linux/images. Write the course, too.'],
  ['kubernetes/1-pods', '“1-pods” begins with a number, which is given by itself. Write kubernetes/pods.'],
  ['kubernetes/My Pods', 'lower-case letters, digits and -. Write kubernetes/my-pods.'],
  ['kubernetes/..', '“..” is no name for a lesson: it takes lower-case letters, digits and -.'],
  ['containers/images/layers', 'a lesson images/layers already, in content/containers/images/2-layers.'],
])('%s is refused, with what to write instead', async (word, says) => {
  await expect(placeOf(word)).rejects.toThrow(says);
});
