import type { AccountSeed } from '../services/users/seed.ts';

/** The people of the demonstration: always the same ones, from names of many places, none of them anybody's. */

const givenNames = [
  'Amara',
  'Anton',
  'Aylin',
  'Bruno',
  'Chiara',
  'Daniyar',
  'Defne',
  'Eleni',
  'Emil',
  'Farah',
  'Finn',
  'Gabriela',
  'Haruki',
  'Ida',
  'Imani',
  'Jakub',
  'Jana',
  'Kofi',
  'Lara',
  'Leonard',
  'Lin',
  'Malik',
  'Mara',
  'Matteo',
  'Mirela',
  'Nadia',
  'Nikola',
  'Noor',
  'Oskar',
  'Priya',
  'Rafael',
  'Ravi',
  'Sanne',
  'Selin',
  'Sofia',
  'Stefan',
  'Tariq',
  'Thea',
  'Valentin',
  'Yuna',
  'Zoran',
] as const;

const familyNames = [
  'Aigner',
  'Almeida',
  'Bauer',
  'Bennani',
  'Berger',
  'Chukwu',
  'Costa',
  'Demir',
  'Dvořák',
  'Eriksen',
  'Ferrari',
  'Fuchs',
  'Gashi',
  'Grabner',
  'Haddad',
  'Horvat',
  'Huber',
  'Ivanova',
  'Jansen',
  'Kaya',
  'Kovács',
  'Krasniqi',
  'Lang',
  'Lechner',
  'Mbeki',
  'Moser',
  'Nakamura',
  'Nguyen',
  'Novak',
  'Okafor',
  'Petrović',
  'Pichler',
  'Popescu',
  'Rahimi',
  'Reiter',
  'Sato',
  'Schwarz',
  'Sharma',
  'Silva',
  'Steiner',
  'Szabó',
  'Tran',
  'Unger',
  'Varga',
  'Wagner',
  'Wolf',
  'Yılmaz',
] as const;

/** The numbers of names are coprime, so that so many people have different names. */
export const differentNames = givenNames.length * familyNames.length;

/** The name of the person of that number, from 0. */
export const nameOf = (index: number) => ({
  given: givenNames[index % givenNames.length] as string,
  family: familyNames[index % familyNames.length] as string,
});

export const memberCount = 200;
/** As many members have a guardian; the first two share one. */
const guardedMembers = 41;
/** Those who are listed as staff and guardians have names from behind the members'. */
const firstTeacher = memberCount;
const firstGuardian = firstTeacher + 20;

export const groupNames = ['Year 1 Science', 'Year 1 Arts', 'Year 2', 'Open Studio'] as const;
/** The student who shows the demonstration belongs to it, because its times suit every hour of the day. */
export const openGroup = 3;

export type DemoAccount = Omit<AccountSeed, 'userId'>;

export interface DemoPeople {
  readonly staff: readonly DemoAccount[];
  readonly members: readonly (DemoAccount & { readonly group: number })[];
  /** Indexes of `groupNames`. */
  readonly teachers: readonly (DemoAccount & { readonly groups: readonly number[] })[];
  /** Indexes of `members`, and whether their live view was agreed to. */
  readonly guardians: readonly (DemoAccount & { readonly children: readonly { member: number; live: boolean }[] })[];
}

const at = (name: string): string => `${name}@lindenhof.example`;

/** `joinedOn`: when the members of this year began, `YYYY-MM-DD`. */
export const demoPeople = (joinedOn: string): DemoPeople => ({
  staff: [
    { role: 'org_admin', displayName: 'Helene Marchetti', email: at('principal') },
    { role: 'org_office', displayName: 'Jonas Adeyemi', email: at('office') },
  ],
  members: Array.from({ length: memberCount }, (_, index) => member(index, joinedOn)),
  teachers: [[0, openGroup], [1], [2], [openGroup], [0, 1], [2]].map((groups, index) => {
    const { given, family } = nameOf(firstTeacher + index);
    const email = index === 0 ? at('teacher') : at(`teacher${index + 1}`);
    return { role: 'supervisor', displayName: `${given} ${family}`, email, groups };
  }),
  guardians: Array.from({ length: guardedMembers - 1 }, (_, index) => guardian(index)),
});

const member = (index: number, joinedOn: string): DemoPeople['members'][number] => ({
  role: 'member',
  // The second is the first one's sister.
  displayName: index === 1 ? `Frida ${nameOf(0).family}` : `${nameOf(index).given} ${nameOf(index).family}`,
  number: `S-${1001 + index}`,
  joinedOn,
  group: (index + openGroup) % groupNames.length,
  ...(index === 0 ? { email: at('student') } : {}),
});

const guardian = (index: number): DemoPeople['guardians'][number] => {
  // The first has two children; the others go on with the third member.
  const child = index === 0 ? 0 : index + 1;
  const children =
    index === 0
      ? [
          { member: 0, live: true },
          { member: 1, live: false },
        ]
      : [{ member: child, live: index % 3 === 0 }];
  return {
    role: 'guardian',
    displayName: `${nameOf(firstGuardian + index).given} ${nameOf(child).family}`,
    email: index === 0 ? at('parent') : at(`parent${index + 1}`),
    children,
  };
};
