import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImportedPerson } from './imported-person.ts';
import { type ImportSurroundings, type KnownPerson, keyOfGroup, planImport } from './import-plan.ts';

const sites = [{ siteId: 'north', name: 'North' }];
const nobody: ImportSurroundings = {
  people: [],
  sites,
  groups: [{ groupId: 'g1', siteId: 'north', name: '10A' }],
  managedRoles: ['member', 'supervisor', 'guardian'],
  managedGroupIds: null,
  siteId: null,
  createGroups: true,
};
const rowOf = (row: number, fields: Partial<ImportedPerson>): ImportedPerson => ({
  row,
  number: null,
  displayName: null,
  email: null,
  role: null,
  groups: [],
  site: null,
  joinedOn: null,
  language: null,
  guardianOf: [],
  ...fields,
});

/** The organization after the plan was carried out, as the run does it. */
const after = (around: ImportSurroundings, rows: readonly ImportedPerson[]): ImportSurroundings => {
  const plan = planImport(rows, around);
  const groups = [
    ...around.groups,
    ...plan.newGroups.map((group) => ({ ...group, groupId: `new ${keyOfGroup(group)}` })),
  ];
  const idOf = (group: { siteId: string; name: string }) =>
    groups.find((each) => keyOfGroup(each) === keyOfGroup(group))?.groupId ?? '';
  const people = new Map(around.people.map((person) => [person.userId, person]));
  for (const person of plan.people) {
    const userId = person.userId ?? `user ${person.number ?? person.email}`;
    const known = people.get(userId);
    const written: KnownPerson = {
      userId,
      role: person.role,
      displayName: person.displayName,
      number: person.number,
      email: person.email,
      language: person.language,
      joinedOn: person.joinedOn,
      siteId: person.place?.siteId ?? null,
      groupId: person.place?.group == null ? null : idOf(person.place.group),
      assignedGroupIds: [...(known?.assignedGroupIds ?? []), ...person.assignments.map(idOf)],
      wardNumbers: [...(known?.wardNumbers ?? []), ...person.links],
    };
    people.set(userId, written);
  }
  return { ...around, groups, people: [...people.values()] };
};

const numbers = ['1', '2', '3', '4', '5'];
const row = fc.record({
  number: fc.option(fc.constantFrom(...numbers)),
  displayName: fc.option(fc.constantFrom('Asha', 'Zoë')),
  email: fc.option(fc.constantFrom('a@example.org', 'B@example.org', 'b@example.org', 'c@example.org')),
  role: fc.option(fc.constantFrom('member', 'supervisor', 'guardian')),
  groups: fc.array(fc.constantFrom('10A', '10a', '10 B', 'New'), { maxLength: 2 }),
  site: fc.option(fc.constantFrom('North', 'Moon')),
  guardianOf: fc.array(fc.constantFrom(...numbers), { maxLength: 2 }),
});
const file = fc
  .array(row, { maxLength: 8 })
  .map((rows) =>
    rows
      .map((fields, index) => rowOf(index + 2, fields as Partial<ImportedPerson>))
      .filter(({ number, email }) => number !== null || email !== null),
  );

describe('a plan', () => {
  it('that has no problems leaves nothing to do when it was carried out', () => {
    fc.assert(
      fc.property(file, file, (first, second) => {
        for (const [rows, around] of [
          [first, nobody],
          [second, after(nobody, first)],
        ] as const) {
          const plan = planImport(rows, around);
          if (plan.problems.length > 0) continue;
          const again = planImport(rows, after(around, rows));
          expect(again.problems).toEqual([]);
          expect(again.people).toEqual([]);
          expect(again.counts).toMatchObject({ added: 0, changed: 0, groupsAdded: 0, unchanged: rows.length });
        }
      }),
    );
  });

  it('refuses to change one person twice, by number in one row and by e-mail address in another', () => {
    const asha = { number: '3', displayName: 'Asha', email: 'asha@example.org', site: 'North' };
    const around = after(nobody, [rowOf(2, asha)]);
    const rows = [
      rowOf(2, { email: 'Asha@example.org', displayName: 'Asha Ober' }),
      rowOf(3, { number: '3', groups: ['10A'] }),
    ];
    const { problems, people } = planImport(rows, around);
    expect(problems).toEqual([{ row: 3, column: 'number', sentence: 'This is the person of row 2.' }]);
    expect(people).toMatchObject([{ row: 2, displayName: 'Asha Ober' }]);
    expect(planImport(rows.toReversed(), around).problems).toMatchObject([{ row: 2, column: 'email' }]);
  });

  it('counts every row once, or names what is wrong with it', () => {
    fc.assert(
      fc.property(file, (rows) => {
        const { counts, problems } = planImport(rows, nobody);
        const wrong = new Set(problems.map((problem) => problem.row)).size;
        expect(counts.added + counts.changed + counts.unchanged + wrong).toBe(rows.length);
      }),
    );
  });

  it('gives nobody a role that the importer does not manage, and changes no role', () => {
    fc.assert(
      fc.property(file, (rows) => {
        const plan = planImport(rows, { ...nobody, managedRoles: ['member'] });
        expect(plan.people.every(({ role }) => role === 'member')).toBe(true);
      }),
    );
    const principal: KnownPerson = {
      userId: 'p',
      role: 'org_admin',
      displayName: 'Pia',
      number: '1',
      email: null,
      language: 'en',
      joinedOn: null,
      siteId: null,
      groupId: null,
      assignedGroupIds: [],
      wardNumbers: [],
    };
    const around = { ...nobody, people: [principal] };
    expect(planImport([rowOf(2, { number: '1', displayName: 'Mallory' })], around).problems).toHaveLength(1);
    expect(planImport([rowOf(2, { number: '1', role: 'member' })], around).problems).toHaveLength(1);
  });
});
