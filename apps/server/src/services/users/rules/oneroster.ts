/**
 * OneRoster 1.2 CSV (1EdTech), and 1.1, as one table of people. Each file is its rows, the header first; what a file
 * lacks is left out. https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv
 */
export interface OneRosterFiles {
  readonly users: readonly (readonly string[])[];
  /** Since 1.2, where the role does not stand in users.csv. */
  readonly roles?: readonly (readonly string[])[] | undefined;
  readonly orgs?: readonly (readonly string[])[] | undefined;
  readonly classes?: readonly (readonly string[])[] | undefined;
  readonly enrollments?: readonly (readonly string[])[] | undefined;
}

export const oneRosterColumns = [
  'identifier',
  'givenName',
  'familyName',
  'email',
  'role',
  'class',
  'school',
  'guardianOf',
] as const;

type RosterRow = Readonly<Record<string, string>>;

/** Rows that are not marked as deleted, by the names of their columns. */
const recordsOf = (file: readonly (readonly string[])[] = []): RosterRow[] => {
  const [header = [], ...rows] = file;
  return rows
    .map((cells) => Object.fromEntries(header.map((name, index) => [name.trim(), (cells[index] ?? '').trim()])))
    .filter(({ status }) => status !== 'tobedeleted' && status !== 'inactive');
};

const many = (list: string | undefined): string[] =>
  (list ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** In the order of users.csv: its n-th row is the n-th row here, empty where somebody is to be deleted. */
export const oneRosterTable = (files: OneRosterFiles): string[][] => {
  const [header = [], ...rows] = files.users;
  const users = rows.map((cells) => recordsOf([header, cells])[0]);
  const schools = new Map(
    recordsOf(files.orgs)
      .filter(({ type }) => type === 'school')
      .map(({ sourcedId, name }) => [sourcedId, name]),
  );
  const classes = new Map(recordsOf(files.classes).map((each) => [each['sourcedId'], each]));
  const roles = Map.groupBy(recordsOf(files.roles), ({ userSourcedId }) => userSourcedId);
  const enrollments = Map.groupBy(recordsOf(files.enrollments), ({ userSourcedId }) => userSourcedId);
  const numberOf = (user: RosterRow | undefined): string =>
    user?.['identifier'] || user?.['username'] || user?.['sourcedId'] || '';
  // A student names the guardians; here a guardian names the students.
  const wards = new Map<string, string[]>();
  const roleOf = (user: RosterRow): string => {
    const held = roles.get(user['sourcedId']) ?? [];
    return (held.find(({ roleType }) => roleType === 'primary') ?? held[0])?.['role'] ?? user['role'] ?? '';
  };
  for (const user of users) {
    if (user === undefined || roleOf(user) !== 'student') continue;
    for (const guardian of many(user['agentSourcedIds'])) {
      wards.set(guardian, [...(wards.get(guardian) ?? []), numberOf(user)]);
    }
  }
  const table = users.map((user): string[] => {
    if (user === undefined) return [];
    const sourcedId = user['sourcedId'] ?? '';
    const role = roleOf(user);
    const taken = (enrollments.get(sourcedId) ?? [])
      .map((enrollment) => ({ enrollment, taken: classes.get(enrollment['classSourcedId']) }))
      .filter((each) => each.taken !== undefined);
    const titles = [...new Set(taken.map(({ taken: each }) => each?.['title'] ?? ''))].filter(Boolean);
    // A student is in many classes and in one group: the homeroom where there is one.
    const home =
      taken.find(({ taken: each }) => each?.['classType'] === 'homeroom') ??
      taken.find(({ enrollment }) => enrollment['primary'] === 'true') ??
      taken[0];
    const group = role === 'student' ? (home?.taken?.['title'] ?? '') : titles.join(';');
    const orgId =
      many(user['orgSourcedIds'])[0] ?? user['primaryOrgSourcedId'] ?? roles.get(sourcedId)?.[0]?.['orgSourcedId'];
    const isKnown = role === 'student' || role === 'teacher' || ['guardian', 'parent', 'relative'].includes(role);
    return isKnown
      ? [
          numberOf(user),
          user['givenName'] ?? '',
          user['familyName'] ?? '',
          user['email'] ?? '',
          role,
          role === 'student' || role === 'teacher' ? group : '',
          role === 'student' ? (schools.get(orgId) ?? '') : '',
          (wards.get(sourcedId) ?? []).join(';'),
        ]
      : [];
  });
  return [[...oneRosterColumns], ...table];
};
