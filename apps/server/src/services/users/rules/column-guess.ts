import type { ImportField } from '@muster/contracts';

/** What columns are called, in the languages of Muster and in OneRoster; small, letters and digits only. */
const names: Readonly<Record<ImportField, readonly string[]>> = {
  number: [
    'number',
    'rollnumber',
    'rollno',
    'roll',
    'studentnumber',
    'studentno',
    'studentid',
    'employeenumber',
    'employeeno',
    'employeeid',
    'admissionnumber',
    'admissionno',
    'registrationnumber',
    'regno',
    'identifier',
    'nummer',
    'matrikelnummer',
    'personalnummer',
    'schulernummer',
    'id',
    'sourcedid',
  ],
  name: ['name', 'fullname', 'displayname', 'studentname', 'employeename', 'student', 'employee', 'vollername'],
  'given-name': ['givenname', 'firstname', 'forename', 'vorname'],
  'family-name': ['familyname', 'lastname', 'surname', 'nachname', 'familienname'],
  email: ['email', 'emailaddress', 'mail', 'emailadresse'],
  role: ['role', 'rolle', 'usertype', 'type'],
  group: ['group', 'class', 'classname', 'section', 'team', 'gruppe', 'klasse', 'homeroom', 'department', 'abteilung'],
  site: ['site', 'campus', 'worksite', 'school', 'standort', 'location', 'ort'],
  'joined-on': [
    'joined',
    'joinedon',
    'dateofjoining',
    'joiningdate',
    'startdate',
    'hiredate',
    'admissiondate',
    'enrolledon',
    'eintritt',
    'eintrittsdatum',
  ],
  language: ['language', 'sprache', 'lang'],
  'guardian-of': ['guardianof', 'parentof', 'children', 'child', 'wards', 'kinder', 'kind'],
};

const simplified = (heading: string): string =>
  heading
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]/gu, '');

/** What each column probably is; null where nothing fits. Nothing is guessed twice; the better known name goes first. */
export const guessMapping = (columns: readonly string[]): (ImportField | null)[] => {
  const headings = columns.map(simplified);
  const mapping: (ImportField | null)[] = headings.map(() => null);
  for (const [field, known] of Object.entries(names) as [ImportField, readonly string[]][]) {
    const places = known.map((name) => headings.findIndex((heading, index) => heading === name && !mapping[index]));
    const place = places.find((index) => index >= 0);
    if (place !== undefined) mapping[place] = field;
  }
  // "Name" beside "First name" is the family name in many lists.
  const [given, family, whole] = (['given-name', 'family-name', 'name'] as const).map((field) =>
    mapping.indexOf(field),
  );
  if (given !== undefined && given >= 0 && family === -1 && whole !== undefined && whole >= 0) {
    mapping[whole] = 'family-name';
  }
  return mapping;
};
