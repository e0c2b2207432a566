import { expect, it } from 'vitest';
import { demoPeople, differentNames, groupNames, memberCount } from './people.ts';

const people = demoPeople('2025-09-01');

it('are 200 members of four groups of fifty, each with a name and a number of their own', () => {
  expect(memberCount).toBeLessThan(differentNames);
  expect(new Set(people.members.map(({ displayName }) => displayName)).size).toBe(200);
  expect(new Set(people.members.map(({ number }) => number)).size).toBe(200);
  for (const group of groupNames.keys()) {
    expect(people.members.filter((member) => member.group === group)).toHaveLength(50);
  }
});

it('have one sign-in address each, and a teacher for every group', () => {
  const { staff, members, teachers, guardians } = people;
  const emails = [...staff, ...members, ...teachers, ...guardians].flatMap(({ email }) => email ?? []);
  expect(new Set(emails).size).toBe(emails.length);
  for (const name of ['principal', 'office', 'teacher', 'parent', 'student']) {
    expect(emails).toContain(`${name}@lindenhof.example`);
  }
  expect(new Set(teachers.flatMap(({ groups }) => groups)).size).toBe(groupNames.length);
});

it('include guardians of 41 members, of whom one has two children, and some may see live', () => {
  const links = people.guardians.flatMap(({ children }) => children);
  expect(new Set(links.map(({ member }) => member)).size).toBe(41);
  expect(people.guardians).toHaveLength(40);
  expect(people.guardians.filter(({ children }) => children.length === 2)).toHaveLength(1);
  expect(links.filter(({ live }) => live).length).toBeGreaterThan(5);
});
