import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSlug, slugOf } from './slug.ts';

it.each([
  ['Lindenhof College', 'lindenhof-college'],
  ['Höhere Schule, Graz', 'hohere-schule-graz'],
  ['  Große Straße 1 ', 'grosse-strasse-1'],
  ['学校', ''],
])('%s becomes %s', (name, slug) => expect(slugOf(name)).toBe(slug));

it('is a short name or nothing', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      const slug = slugOf(name);
      expect(slug === '' || isSlug(slug)).toBe(true);
    }),
  );
});
